interface Needing {
  readonly name: string
  readonly needs: readonly string[]
  /** Stands in where the stage fails, so that it comes before. */
  readonly fallback?: { readonly stage: string }
}

function before({ needs, fallback }: Needing): readonly string[] {
  return fallback ? [...needs, fallback.stage] : needs
}

/** Stages in an order in which each comes after what it needs, and after its fallback; otherwise as written. Stages of a cycle are left out. */
export function orderStages<Stage extends Needing>(stages: readonly Stage[]): readonly Stage[] {
  const ordered: Stage[] = []
  const done = new Set(['features'])
  let waiting = [...stages]
  for (;;) {
    const next = waiting.find((stage) => before(stage).every((need) => done.has(need)))
    if (!next) return ordered
    ordered.push(next)
    done.add(next.name)
    waiting = waiting.filter((stage) => stage !== next)
  }
}

/** The names along one cycle of `needs`, the first again at the end; undefined where there is none. */
export function findCycle(stages: readonly Needing[]): readonly string[] | undefined {
  const needsOf = new Map(stages.map((stage) => [stage.name, before(stage)]))
  const known = new Set<string>()
  for (const { name } of stages) {
    const cycle = follow(name, [])
    if (cycle) return cycle
  }
  return undefined

  function follow(name: string, path: readonly string[]): readonly string[] | undefined {
    const start = path.indexOf(name)
    if (start >= 0) return [...path.slice(start), name]
    if (known.has(name)) return undefined
    known.add(name)
    for (const need of needsOf.get(name) ?? []) {
      const cycle = follow(need, [...path, name])
      if (cycle) return cycle
    }
    return undefined
  }
}
