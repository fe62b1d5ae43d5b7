import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { silent } from '../../../action/base/progress.ts'
import { type Collectable, collectRemote } from '../../../action/data/garbage/collect-remote.ts'
import { planCollection, type StoredUnit } from '../../../action/data/garbage/plan-collection.ts'
import {
  claimUnits,
  formatNote,
  graceMs,
  leaseMs,
  type NoteKind,
  parseNote,
  type StoreNotes,
} from '../../../action/data/garbage/store-notes.ts'

const day = 86_400_000

/** A store in memory, each of whose calls gives way to others, and may end its caller. */
function memory(pause: () => Promise<void>) {
  const kept = new Map<string, number>()
  const notes = new Map<string, string>()
  const store: Collectable & { readonly notes: StoreNotes } = {
    atOnce: 2,
    notes: {
      async list(kind) {
        await pause()
        const own = [...notes].filter(([name]) => name.startsWith(`${kind}/`))
        return new Map(own.map(([name, text]) => [name.slice(kind.length + 1), text]))
      },
      async read(kind, id) {
        await pause()
        return notes.get(`${kind}/${id}`)
      },
      async write(kind: NoteKind, id, text) {
        await pause()
        notes.set(`${kind}/${id}`, text)
      },
      async remove(kind, ids) {
        await pause()
        for (const id of ids) notes.delete(`${kind}/${id}`)
      },
    },
    async units() {
      await pause()
      const units = [...kept].map(([name, sinceMs]): StoredUnit => ({ name, digests: [name], bytes: 1, sinceMs }))
      return { units, unreadable: [] }
    },
    async remove(units) {
      await pause()
      for (const { name } of units) kept.delete(name)
    },
    async removeLeftovers() {
      return 0
    },
  }
  return { kept, notes, store }
}

interface World extends ReturnType<typeof memory> {
  nowMs: number
  /** Branch → what its lock names. */
  readonly locks: Map<string, readonly string[]>
}

function wishes(world: World) {
  return { isDryRun: false, nowMs: () => world.nowMs, progress: silent }
}

async function collect(world: World, pause: () => Promise<void>) {
  const ask = async () => {
    await pause()
    return { digests: new Set([...world.locks.values()].flat()), locks: world.locks.size }
  }
  return await collectRemote(world.store, ask, wishes(world))
}

/** What `snapshot --push` does, and the commit that follows. */
async function pushAndLand(
  world: World,
  { branch, files }: { readonly branch: string; readonly files: readonly string[] },
  pause: () => Promise<void>,
): Promise<void> {
  const clock = {
    nowMs: () => world.nowMs,
    sleep: async (ms: number) => {
      world.nowMs += ms
      await pause()
    },
  }
  await pause()
  const old = files.filter((file) => world.nowMs - (world.kept.get(file) ?? world.nowMs) > graceMs / 2)
  if (old.length > 0) await claimUnits(world.store.notes, old, clock)
  for (const file of files) {
    await pause()
    if (!world.kept.has(file)) world.kept.set(file, world.nowMs)
  }
  await pause()
  await pause()
  world.locks.set(branch, files)
}

const names = ['a', 'b', 'c', 'd', 'e']
const someFiles = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
const branches = fc.constantFrom('main', 'one', 'two')
const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), branch: branches, files: someFiles }),
  fc.record({ kind: fc.constant('delete' as const), branch: branches }),
  fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('gc' as const) }),
  fc.record({
    kind: fc.constant('race' as const),
    pushes: fc.array(fc.record({ branch: branches, files: someFiles }), { minLength: 1, maxLength: 3 }),
    collections: fc.integer({ min: 1, max: 2 }),
  }),
)

describe('collectRemote()', () => {
  test('whatever is pushed, landed, deleted and cleared, also at once: what a lock names is there', async () => {
    const history = fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 12 }), async (scheduler, steps) => {
      let isRacing = false
      const pause = async () => (isRacing ? await scheduler.schedule(Promise.resolve()) : undefined)
      const world: World = { ...memory(pause), nowMs: 100 * day, locks: new Map() }
      for (const one of steps) {
        if (one.kind === 'push') await pushAndLand(world, one, pause)
        else if (one.kind === 'delete') world.locks.delete(one.branch)
        else if (one.kind === 'wait') world.nowMs += one.days * day
        else if (one.kind === 'gc') await collect(world, pause)
        else {
          isRacing = true
          const race = [
            ...one.pushes.map((push) => pushAndLand(world, push, pause)),
            ...Array.from({ length: one.collections }, () => collect(world, pause)),
          ]
          await scheduler.waitFor(Promise.all(race))
          isRacing = false
        }
        for (const [branch, files] of world.locks) {
          for (const file of files) if (!world.kept.has(file)) throw new Error(`${branch} lost ${file}`)
        }
      }
      world.nowMs += 40 * day
      await collect(world, pause)
      expect([...world.kept.keys()].sort()).toEqual([...new Set([...world.locks.values()].flat())].sort())
      expect([...world.notes.keys()]).toEqual([])
    })
    await fc.assert(history, { numRuns: 1500 })
  })

  test('killed before or after each of its calls and run again, it ends the same', async () => {
    let kills = 0
    for (let at = 1; at <= 60; at += 1) {
      let calls = 0
      let isOver = false
      const pause = async () => {
        calls += 1
        if (calls === at && !isOver) throw new Error('killed')
      }
      const world: World = { ...memory(pause), nowMs: 100 * day, locks: new Map([['main', ['a', 'c']]]) }
      for (const name of names) world.kept.set(name, 0)
      const end = await collect(world, pause).then(
        () => 'done',
        () => 'killed',
      )
      isOver = true
      world.nowMs += leaseMs
      await collect(world, async () => undefined)
      expect([...world.kept.keys()], `call ${at}`).toEqual(['a', 'c'])
      expect([...world.notes.keys()], `call ${at}`).toEqual([])
      if (end === 'done') break
      kills += 1
    }
    expect(kills).toBeGreaterThan(10)
    expect(kills).toBeLessThan(60)
  })

  test('removes nothing where it only says what would go', async () => {
    const world: World = { ...memory(async () => undefined), nowMs: 100 * day, locks: new Map() }
    world.kept.set('a', 0)
    const ask = async () => ({ digests: new Set<string>(), locks: 0 })
    const { remove } = await collectRemote(world.store, ask, { ...wishes(world), isDryRun: true })
    expect(remove.map(({ name }) => name)).toEqual(['a'])
    expect([...world.kept.keys()]).toEqual(['a'])
    expect(world.notes.size).toBe(0)
  })
})

describe('planCollection()', () => {
  const unit = (name: string, digests: readonly string[], sinceMs: number) => ({ name, digests, bytes: 10, sinceMs })
  test('a unit stays whole while one of its files is needed, young or claimed', () => {
    const units = [
      unit('needed', ['1', '2'], 0),
      unit('young', ['3'], 90),
      unit('claimed', ['4'], 0),
      unit('garbage', ['5', '6'], 0),
      unit('of no time', ['7'], Number.NaN),
    ]
    const facts = { needed: new Set(['2']), claimed: new Set(['claimed']), nowMs: 100, graceMs: 50 }
    const { remove, kept } = planCollection(units, facts)
    expect(remove.map(({ name }) => name)).toEqual(['garbage'])
    expect(kept).toEqual({
      needed: { files: 2, bytes: 10 },
      young: { files: 2, bytes: 20 },
      claimed: { files: 1, bytes: 10 },
    })
  })
})

describe('parseNote()', () => {
  test('reads what was written, and takes nothing else for nothing', () => {
    expect(parseNote('claims', '1', formatNote(5000, ['b', 'a']))).toEqual({ atMs: 5000, units: new Set(['a', 'b']) })
    for (const text of ['', '{}', '{"schema":"plumbline/store-note/v2","at":"2025-01-01","units":[]}', '[', 'null']) {
      expect(() => parseNote('claims', '1', text)).toThrow(expect.objectContaining({ code: 'store/unreadable-note' }))
    }
  })
})
