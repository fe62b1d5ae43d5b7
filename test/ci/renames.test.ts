import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { describeFiles } from '../../action/data/describe-files.ts'
import { type Engine, openEngine } from '../../action/data/engine.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { measureColumns } from '../../action/data/measure-columns.ts'
import type { DescribedFile } from '../../action/data/source-file.ts'
import type { ColumnProfile } from '../../action/drift/column-profile.ts'
import { matchRenamedColumns, type Rename } from '../../action/drift/match-renamed-columns.ts'

const dataFolder = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data')
const trialsEach = 1000
/** As many as validate looks at. */
const maxRows = 50_000

/** The newest rows that are known, and those of the file after them, column by column in the same order. */
interface Change {
  readonly known: readonly ColumnProfile[]
  readonly fresh: readonly ColumnProfile[]
}

const dataSets = [
  { name: 'electricity', globs: ['electricity/*.csv'], later: 12, coverage: 0.2 },
  { name: 'acs-employment', globs: ['acs-employment/people-*.parquet'], later: 3, coverage: 0.5 },
]

async function changesOf(engine: Engine, globs: readonly string[], later: number): Promise<Change[]> {
  const read = await describeFiles(engine, await findSourceFiles(dataFolder, [...globs]))
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  const files = read.value
  const names = files[0]?.columns.map(({ name }) => name) ?? []
  const measure = (part: readonly DescribedFile[], rows: number) => measureColumns(engine, part, names, rows)
  const changes: Change[] = []
  for (let at = files.length - later; at < files.length; at++) {
    const fresh = await measure(files.slice(at, at + 1), maxRows)
    changes.push({ fresh, known: await measure(files.slice(at - 1, at), Math.max(fresh[0]?.rows ?? 0, 1000)) })
  }
  return changes
}

const vowels = /[aeiou]/gi

/** As people rename, and, every other time, a name that says nothing. */
function renamed(name: string, random: () => number): string {
  const names = [
    `${name}_new`,
    name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase(),
    name.replace(vowels, ''),
  ]
  const drawn = names[Math.floor(random() * 6)]
  return drawn === undefined || drawn === name ? `x${Math.floor(random() * 1e6)}` : drawn
}

/** Some columns get other names, some go, some come: `truth` says which new name was which. */
function renameSome({ known, fresh }: Change, random: () => number) {
  const shuffled = known.map((_, i) => i).sort(() => random() - 0.5)
  const take = (most: number, least: number) => shuffled.splice(0, least + Math.floor(random() * (most - least + 1)))
  const [changed, gone, come] = [take(5, 1), take(2, 0), take(2, 0)]
  const columns = changed.flatMap((column) => fresh.slice(column, column + 1))
  const young = columns.map((profile) => ({ ...profile, name: renamed(profile.name, random) }))
  return {
    truth: new Map(young.map(({ name }, i) => [name, columns[i]?.name ?? ''])),
    missing: [...changed, ...gone].flatMap((column) => known.slice(column, column + 1)),
    added: [...young, ...come.flatMap((column) => fresh.slice(column, column + 1))].sort(() => random() - 0.5),
  }
}

/** Mulberry32: the same renames on every machine. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('matchRenamedColumns() on real data', () => {
  test.each(dataSets)('never is sure of a wrong pair: $name', async ({ name, globs, later, coverage }) => {
    if (!(await stat(dataFolder).catch(() => undefined))) {
      throw new Error(`Cannot test on real data: no folder ${dataFolder}; PLUMBLINE_TEST_DATA names it`)
    }
    await using engine = await openEngine()
    const changes = await changesOf(engine, globs, later)
    const random = randomOf(20_250_101)
    const wrong: Rename[] = []
    const doubts = new Map<string, number>()
    let [renames, found, possible] = [0, 0, 0]
    for (let trial = 0; trial < trialsEach; trial++) {
      const change = changes[trial % changes.length]
      if (!change) throw new Error('no files')
      const { truth, missing, added } = renameSome(change, random)
      renames += truth.size
      for (const match of matchRenamedColumns(missing, added)) {
        const isRight = truth.get(match.added) === match.missing
        if (match.kind === 'likely' && !isRight) wrong.push(match)
        if (match.kind === 'likely' && isRight) found++
        if (match.kind === 'possible' && isRight) possible++
        for (const doubt of match.doubts) doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1)
      }
    }
    const share = (count: number) => `${((100 * count) / renames).toFixed(1)} %`
    console.log(
      `${name}: ${trialsEach} changes, ${renames} renames: ${share(found)} likely and right, ${share(possible)} possible and right, ${wrong.length} likely and wrong · doubts ${JSON.stringify(Object.fromEntries(doubts))}`,
    )
    expect(wrong).toEqual([])
    expect(found / renames).toBeGreaterThan(coverage)
  })
})
