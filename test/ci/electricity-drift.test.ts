import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { countBlocks } from '../../action/data/count-blocks.ts'
import { findNamedFiles } from '../../action/data/find-named-files.ts'
import { openSample } from '../../action/data/open-samples.ts'
import { findDrift, followWindows } from '../../action/drift/follow-windows.ts'
import { storeReference } from '../../action/drift/stored-reference.ts'
import { compareSamples } from '../../action/pipeline/compare-samples.ts'
import { blockTerms, ownNumbers } from '../../action/pipeline/count-reference.ts'
import { pairColumns } from '../../action/pipeline/pair-columns.ts'
import { replaySample } from '../../action/pipeline/replay-sample.ts'

const folder = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data', 'electricity')
const months = readdirSync(folder).sort()
const learned = 12
const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }

interface Found {
  readonly month: string
  readonly column: string
  readonly effect: number
}

test('each month beside the twelve before it drifts in the columns, and by the effects, that pandas and SciPy find', {
  timeout: 300_000,
}, async () => {
  const text = readFileSync(join(packageFolder(), 'test/oracle/electricity-drift.json'), 'utf8')
  const { found: expected } = JSON.parse(text) as { found: Found[] }
  const found: Found[] = []
  for (const [index, month] of months.entries()) {
    if (index < learned) continue
    const before = months.slice(index - learned, index)
    const reference = await Promise.all(before.map(async (file) => await findNamedFiles(folder, file)))
    const compared = await compareSamples(reference.flat(), await findNamedFiles(folder, month), rule)
    if (!compared.ok) throw new Error(JSON.stringify(compared.diagnostics))
    for (const { name, verdict, rows } of compared.value.columns) {
      const values = rows.find(({ question }) => question === 'values')
      if (verdict === 'drift') found.push({ month: month.slice(0, 7), column: name, effect: values?.effect ?? 0 })
    }
  }
  const keyed = (list: readonly Found[]) =>
    Object.fromEntries(list.map(({ month, column, effect }) => [`${month} ${column}`, Number(effect.toFixed(9))]))
  expect(keyed(found)).toEqual(keyed(expected))
  expect(expected.length).toBeGreaterThan(50)
})

test('the opening to Victoria is an alarm in its first week, of the three columns that it changed, and the only one', {
  timeout: 300_000,
}, async () => {
  const asked = { ...rule, recentMs: 30 * 86_400_000, season: null, persist: { need: 2, of: 3 } }
  const replayed = await replaySample(await findNamedFiles(folder, '*.csv'), {
    rule: asked,
    windowMs: 7 * 86_400_000,
    nowMs: Date.now(),
  })
  if (!replayed.ok) throw new Error(JSON.stringify(replayed.diagnostics))
  const { windows, columns, alarms } = replayed.value
  expect(columns.map(({ name }) => name).sort()).toEqual(['transfer', 'vicdemand', 'vicprice'])
  expect(columns.map((column) => column.alarms)).toEqual([1, 1, 1])
  expect(alarms).toBe(1)
  const first = windows.find(({ began }) => began.length > 0)
  expect([first?.sinceMs, first?.began.toSorted()]).toEqual([
    Date.UTC(1997, 4, 5),
    ['transfer', 'vicdemand', 'vicprice'],
  ])
})

test('a model that is retrained each month proposes itself for vicprice at most three times in the year after', {
  timeout: 300_000,
}, async () => {
  const weekMs = 7 * 86_400_000
  const opened = await openSample(await findNamedFiles(folder, '*.csv'))
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics))
  await using sample = opened.value
  const counted = await countBlocks(sample, {
    ...blockTerms,
    ...{ time: 'ts', blockMs: weekMs, mostBlocks: 500, columns: await pairColumns(sample, sample), mostTexts: 10_000 },
    ids: { numbers: ownNumbers, minRows: 100 },
  })
  const policy = {
    ...{
      ...rule,
      windowMs: weekMs,
      latenessMs: 0,
      recentMs: 30 * 86_400_000,
      season: null,
      persist: { need: 2, of: 3 },
    },
  }
  const proposed: (readonly [month: string, columns: readonly string[]])[] = []
  for (let month = 0; month < 13; month += 1) {
    const [from, to] = [Date.UTC(1997, 4 + month), Date.UTC(1997, 5 + month)]
    const blocks = counted?.blocks ?? []
    const reference = storeReference(
      blocks.filter(({ untilMs }) => untilMs <= from),
      weekMs,
      20,
    )
    const windows = blocks.filter(({ untilMs }) => untilMs > from && untilMs <= to)
    const kept = [...followWindows({ inputs: reference }, windows, policy)]
    const found = kept.map((_, index) => findDrift('electricity-v1', kept.slice(0, index + 1), policy))
    const confirmed = found.flatMap((one) => one?.columns.filter(({ standing }) => standing === 'confirmed') ?? [])
    const names = [...new Set(confirmed.map(({ name }) => name))].sort()
    if (names.length > 0) proposed.push([new Date(from).toISOString().slice(0, 7), names])
  }
  expect(proposed[0]).toEqual(['1997-05', ['transfer', 'vicdemand', 'vicprice']])
  expect(proposed.slice(1).filter(([, names]) => names.includes('vicprice')).length).toBeLessThanOrEqual(3)
})
