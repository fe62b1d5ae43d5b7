import type { RunRecord } from './run-record.ts'
import type { StageNode } from './stage-graph.ts'

export interface OutputSide {
  readonly stage: string
  readonly output: string
  /** SHA-256; of a folder, of its list of files. */
  readonly before: string
  /** Null where the second run did not make it. */
  readonly after: string | null
  readonly isSame: boolean
}

export interface ValueSide {
  readonly name: string
  readonly before: number | string | null
  readonly after: number | string | null
  readonly isSame: boolean
}

export interface Agreement {
  readonly isSame: boolean
  readonly outputs: readonly OutputSide[]
  readonly metrics: readonly ValueSide[]
  readonly gates: readonly ValueSide[]
  /** What the runs ran in, where it differs; it decides nothing. */
  readonly environment: readonly ValueSide[]
}

/** Pure: what of a run came out again, byte by byte, and number by number. */
export function compareOutputs(original: RunRecord, rebuilt: RunRecord): Agreement {
  const made = new Map(rebuilt.stages.map(({ name, outputs }) => [name, outputs]))
  const outputs = original.stages
    .filter(({ outcome }) => outcome === 'done' || outcome === 'cached')
    .flatMap((stage) =>
      Object.entries(stage.outputs).map(([output, digest]): OutputSide => {
        const again = made.get(stage.name)?.[output] ?? null
        return { stage: stage.name, output, before: digest, after: again, isSame: again === digest }
      }),
    )
  const metrics = sides(valuesOf(original), valuesOf(rebuilt))
  const gates = sides(verdictsOf(original), verdictsOf(rebuilt))
  const isSame = [...outputs, ...metrics, ...gates].every((side) => side.isSame)
  const environment = sides(surroundings(original), surroundings(rebuilt)).filter((side) => !side.isSame)
  return { isSame, outputs, metrics, gates, environment }
}

/** Pure: the stages whose outputs differ though all that they are made from is the same. */
export function differingRoots(outputs: readonly OutputSide[], graph: readonly StageNode[]): readonly string[] {
  const differing = new Set(outputs.filter(({ isSame }) => !isSame).map(({ stage }) => stage))
  const needs = new Map(graph.map((node) => [node.name, node.needs]))
  const follows = (stage: string): boolean =>
    (needs.get(stage) ?? []).some((need) => differing.has(need) || follows(need))
  return graph.map(({ name }) => name).filter((name) => differing.has(name) && !follows(name))
}

function valuesOf({ metrics }: RunRecord): Readonly<Record<string, number | null>> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}

function verdictsOf({ gates }: RunRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(gates.map(({ gate, kind }) => [gate, kind]))
}

function surroundings({ environment, runKey }: RunRecord): Readonly<Record<string, string | null>> {
  const { python, system, requirements, setup } = environment
  return { python, system, requirements, setup: setup ?? null, 'run key': runKey }
}

function sides<Value extends number | string | null>(
  older: Readonly<Record<string, Value>>,
  newer: Readonly<Record<string, Value>>,
): readonly ValueSide[] {
  const names = [...new Set([...Object.keys(older), ...Object.keys(newer)])]
  return names.map((name) => {
    const [before, after] = [older[name] ?? null, newer[name] ?? null]
    return { name, before, after, isSame: before === after }
  })
}
