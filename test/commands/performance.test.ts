import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { drift } from '../../action/commands/drift.ts'
import { performanceCommand } from '../../action/commands/performance.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { exitCodeOf } from '../../action/report/ending.ts'
import type { PerformanceReport } from '../../action/report/report-performance.ts'
import type { ReplayReport } from '../../action/report/report-replay.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { streamBegins, writeStream } from '../support/planted-stream.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const isValid = schemaOf('performance')
const weekMs = 7 * 86_400_000

const given = {
  ...{ reference: 'judged.csv', current: 'log.csv', labels: ['labels.csv'], id: 'id', target: 'class' },
  ...{ metric: 'roc_auc', drop: 0.03, over: undefined, window: undefined, time: undefined, delay: undefined },
  ...{ coverage: undefined, positive: undefined, release: undefined, deployment: undefined, record: false },
  ...{ 'input-drift': undefined, 'metric-sql': undefined, better: undefined },
} as const

/** `week`: how many weeks after the stream begins somebody looks. */
async function follow(folder: string, inputs: Record<string, unknown> = {}, week = 60) {
  const context = { ...contextIn(folder), now: () => new Date(streamBegins + week * weekMs) }
  const ending = await settle(() => runCommand(performanceCommand, { ...given, ...inputs }, context), context.signal)
  const text = jsonEnding('performance', ending)
  const json = JSON.parse(text) as { result?: PerformanceReport; diagnostics?: { code: string; message: string }[] }
  expect(isValid(json) ? [] : isValid.errors).toEqual([])
  if (ending.kind === 'fault' && ending.fault.owner === 'bug') throw ending.fault
  const report = ending.kind === 'fault' ? undefined : ending.report
  const [one] = json.result?.followed ?? []
  return {
    ending,
    ...json,
    result: one && { ...json.result, ...one },
    words: report?.text ?? '',
    markdown: report?.markdown ?? '',
  }
}

async function comparison(folder: string, reference: string, current: string, replay = false) {
  const context = contextIn(folder)
  const asked = {
    ...{ reference, current: replay ? undefined : current, replay, time: 'at', window: undefined, recent: undefined },
    ...{ persist: undefined, season: undefined, effect: undefined, fdr: undefined, above: {}, weight: {} },
  }
  const ending = await settle(() => runCommand(drift, asked, context), context.signal)
  return jsonEnding('drift', ending)
}

describe('performance', () => {
  it('finds concept drift without input drift, of which drift says nothing', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 20, rowsPerWeek: 1500, concept: { from: 14, slope: 0.4 } })

    const replayed = JSON.parse(await comparison(folder, 'inputs/*.csv', '', true)) as { result: ReplayReport }
    expect(replayed.result).toMatchObject({ alarms: 0 })
    writeFiles(folder, { 'drift.json': await comparison(folder, 'inputs/0*.csv', 'inputs/2[89].csv') })

    const before = await follow(folder, { drop: 0.05, 'input-drift': 'drift.json' }, 14)
    expect(before.result?.verdict).toBe('no drop')
    expect(exitCodeOf(before.ending)).toBe(0)
    const after = await follow(folder, { drop: 0.05, 'input-drift': 'drift.json' }, 16)
    expect(after.result).toMatchObject({ verdict: 'drop', cause: 'concept', release: 'parcels-v1' })
    expect(exitCodeOf(after.ending)).toBe(2)
    expect(after.words).toMatch(
      /^DROP {2}roc_auc fell by 0\.\d+ \(0\.\d+ … 0\.\d+\), from 0\.8\d+ to 0\.\d+ since 2025-04-14/,
    )
    expect(after.words).toContain('no input drifts: concept, not data')
    expect(after.markdown).toContain('concept, not data')
  })

  it('names the columns where inputs drift, and says where nobody looked', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 6, rowsPerWeek: 1500, concept: { from: 2, slope: 0.2 }, shift: { from: 2, by: 1 } })
    writeFiles(folder, { 'drift.json': await comparison(folder, 'inputs/0*.csv', 'inputs/1[2345].csv') })
    const found = await follow(folder, { 'input-drift': 'drift.json' })
    expect(found.result).toMatchObject({ verdict: 'drop', cause: 'data', inputs: { kind: 'drift', columns: ['x'] } })
    expect(found.words).toContain('inputs drift: x')
    const unknown = await follow(folder)
    expect(unknown.result).toMatchObject({ verdict: 'drop', cause: 'unknown' })
    expect(unknown.words).toContain('whether inputs drift is not known')
  })

  it('calls what moves by chance no drop, and tells what was expected before labels came', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 8, rowsPerWeek: 1500 })
    const { result, words } = await follow(folder, { delay: 2 * weekMs }, 8)
    expect(result?.verdict).toBe('no drop')
    expect(result?.cohorts.map(({ state }) => state)).toEqual([...Array(6).fill('judged'), 'waiting', 'waiting'])
    for (const { value, estimated } of result?.cohorts ?? []) {
      expect(Math.abs((value ?? 0) - (estimated?.value ?? 1))).toBeLessThan(0.05)
      expect(estimated!.low).toBeLessThan(value!)
      expect(estimated!.high).toBeGreaterThan(value!)
    }
    expect(words).toContain('labels are still to come')
    expect(words).toContain('a change of concept does not show in an estimate')
  })

  it('judges a cohort once its labels are due and nearly all there', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 4, rowsPerWeek: 400 })
    const labels = readFileSync(join(folder, 'labels.csv'), 'utf8').split('\n')
    const isKept = (line: string) => !(line.startsWith('w3-') && Number(/-(\d+),/.exec(line)?.[1]) < 21)
    writeFiles(folder, { 'labels.csv': labels.filter(isKept).join('\n') })
    const states = async (inputs: Record<string, unknown>, week: number) =>
      (await follow(folder, inputs, week)).result?.cohorts.map(({ state }) => state)
    expect(await states({}, 60)).toEqual(['judged', 'judged', 'judged', 'low coverage'])
    expect(await states({ coverage: 0.9 }, 60)).toEqual(['judged', 'judged', 'judged', 'judged'])
    expect(await states({ delay: weekMs }, 4)).toEqual(['judged', 'judged', 'judged', 'waiting'])
    expect(await states({}, 0)).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
    const nothing = await follow(folder, {}, 0)
    expect(nothing.result?.verdict).toBe('insufficient data')
    expect(nothing.words).toMatch(/^INSUFFICIENT DATA {2}roc_auc: the labels of all predictions are still to come/)
    expect(exitCodeOf(nothing.ending)).toBe(2)
  })

  it('keeps releases apart, counts an id once, and takes labels that contradict each other for none', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 2, rowsPerWeek: 400 })
    const log = readFileSync(join(folder, 'log.csv'), 'utf8')
    const shadow = log
      .split('\n')
      .slice(1, 401)
      .map((line) => line.replace(/0\.\d+,parcels-v1/, '0.5,parcels-v2'))
    const again = log.split('\n').slice(1, 11)
    writeFiles(folder, {
      'log.csv': `${log}${[...shadow, ...again].join('\n')}\n,w0-1,1,0.5,parcels-v1\n2025-01-08T00:00:00Z,w0-2,1,,parcels-v1\n`,
    })
    const labels = readFileSync(join(folder, 'labels.csv'), 'utf8')
    writeFiles(folder, { 'labels.csv': `${labels}w1-7,0\nw1-7,1\nw1-8,${/w1-8,(.)/.exec(labels)?.[1]}\n` })

    const unsure = await follow(folder)
    expect(unsure.diagnostics).toEqual([
      expect.objectContaining({ code: 'performance/several-models', message: expect.stringContaining('2 models') }),
    ])
    const { result } = await follow(folder, { release: 'parcels-v1' })
    expect(result?.cohorts.map(({ predicted, labelled }) => [predicted, labelled])).toEqual([
      [400, 400],
      [400, 399],
    ])
    expect(result?.leftOut).toEqual({ repeatedRows: 11, conflictingIds: 1, unusableRows: 1, timelessRows: 0 })
    const other = await follow(folder, { release: 'parcels-v3' })
    expect(other.diagnostics).toEqual([expect.objectContaining({ code: 'performance/no-predictions' })])
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['a column that is not there', { target: 'klass' }, 'performance/column'],
    ['a metric of another kind of target', { metric: 'roc_auc', reference: 'numbers.csv' }, 'performance/reference'],
    ['a positive class that nothing names', { reference: 'words.csv', labels: ['words.csv'] }, 'performance/positive'],
  ])('diagnoses %s', async (_, inputs, code) => {
    const folder = tempFolder({
      'numbers.csv': 'id,class,prediction\na,1,1\nb,0,0\n',
      'words.csv': 'id,class,prediction,probability\na,yes,yes,0.5\nb,no,no,0.2\n',
    })
    writeStream(folder, { weeks: 1, rowsPerWeek: 50 })
    const { diagnostics } = await follow(folder, inputs)
    expect(diagnostics?.map((one) => one.code)).toContain(code)
  })

  it.each<[Record<string, unknown>, string]>([
    [{ over: 10 * 86_400_000, window: weekMs }, 'cli/bad-input'],
    [{ id: undefined }, 'cli/missing-input'],
    [{ metric: undefined }, 'cli/missing-input'],
    [{ metric: 'roc-auc' }, 'cli/bad-input'],
    [{ drop: undefined }, 'cli/missing-input'],
    [{ record: true }, 'cli/bad-input'],
    [{ better: 'lower' }, 'cli/bad-input'],
    [{ 'metric-sql': { name: 'x', expression: 'avg(prediction)' } }, 'cli/bad-input'],
    [{ reference: undefined }, 'cli/bad-input'],
    [{ 'input-drift': 'labels.csv' }, 'cli/bad-input'],
  ])('refuses %j', async (inputs, code) => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 1, rowsPerWeek: 50 })
    const { ending } = await follow(folder, inputs)
    expect(ending).toMatchObject({ kind: 'fault', fault: { code } })
  })

  const right = 'case when prediction = class then 1 else 0 end'
  const sql = (expression: string, name = 'profit') => ({ metric: undefined, 'metric-sql': { name, expression } })

  it('follows a mean in SQL as it follows the same metric of its own', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 6, rowsPerWeek: 600, concept: { from: 4, slope: -1 } })
    const own = await follow(folder, { metric: 'accuracy' })
    const asked = await follow(folder, sql(`avg(${right})`, 'accuracy'))
    const toldOf = ({ result }: typeof own) =>
      result?.cohorts.map(({ value, standardError, stretch, state }) => ({ value, standardError, stretch, state }))
    expect(toldOf(asked)).toEqual(toldOf(own))
    expect(own.result?.verdict).toBe('drop')
    expect(asked.words).toMatch(/^DROP {2}accuracy fell by/)
    const cost = await follow(folder, { ...sql(`avg(1 - ${right})`, 'cost'), better: 'lower' })
    expect(cost.words).toMatch(/^DROP {2}cost rose by/)
    expect(cost.result?.cohorts.at(-1)?.stretch?.drop).toBeCloseTo(own.result?.cohorts.at(-1)?.stretch?.drop ?? 0, 12)
  })

  it('takes of each row what a sum or a mean says, to the digit', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 2, rowsPerWeek: 300 })
    const plain = await follow(folder, sql('avg(prediction)'))
    const formOf = async (expression: string) => {
      const { result, diagnostics } = await follow(folder, sql(expression))
      if (!result) return diagnostics?.map(({ message }) => message)
      const values = result?.cohorts.map(({ value }) => value)
      return [result?.sql?.form, values?.every((value, place) => value === plain.result?.cohorts[place]?.value)]
    }
    expect(await formOf('AVG (case when prediction = 1 then 1 when false then 3 else 0 end)')).toEqual(['avg', true])
    expect(await formOf('mean(CAST(prediction AS BIGINT) + 9007199254740993 - 9007199254740993)')).toEqual([
      'avg',
      true,
    ])
    expect(await formOf('sum(prediction -- each row\n)')).toEqual(['sum', true])
    expect(await formOf('avg(CAST(prediction AS INT)) -- (of all)')).toEqual(['other', true])
    expect(await formOf('avg(DISTINCT CAST(prediction AS INT))')).toEqual(['other', false])
    expect(await formOf('avg(CAST(prediction AS INT)) FILTER (WHERE class = 1)')).toEqual(['other', false])
  })

  it('tells a sum by the row, and takes the error of other aggregates from groups of rows', async () => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 6, rowsPerWeek: 600, concept: { from: 4, slope: -1 } })
    const { result, words } = await follow(folder, {
      ...sql('sum(case when prediction = class then 1 else -2 end)'),
      drop: 0.2,
    })
    expect(result).toMatchObject({ metric: 'profit', sql: { form: 'sum' }, verdict: 'drop' })
    expect(words).toMatch(/^DROP {2}profit per row fell by/)
    expect(words).toContain('a sum, judged as the mean of its rows')
    const mean = await follow(folder, { metric: 'accuracy' })
    for (const [place, cohort] of (result?.cohorts ?? []).entries()) {
      expect(cohort.value).toBeCloseTo(3 * (mean.result?.cohorts[place]?.value ?? 0) - 2, 12)
    }
    const quotient = await follow(folder, sql(`sum(${right}) / count(*)`, 'accuracy'))
    expect(quotient.result?.verdict).toBe('drop')
    expect(quotient.words).toContain('no sum and no mean of rows: its error is that of 20 groups of rows')
    for (const [place, cohort] of (quotient.result?.cohorts ?? []).entries()) {
      const known = mean.result?.cohorts[place]
      expect(cohort.value).toBeCloseTo(known?.value ?? 0, 12)
      const ratio = (cohort.standardError ?? 0) / (known?.standardError ?? 1)
      expect(ratio).toBeGreaterThan(0.5)
      expect(ratio).toBeLessThan(2)
    }
  })

  it.each([
    ['two expressions', 'avg(prediction), count(*)'],
    ['no aggregate', 'prediction'],
    ['another table', "(SELECT count(*) FROM read_csv('/etc/passwd'))"],
    ['a subquery', 'sum(prediction) / (SELECT count(*) FROM data)'],
    ['a window', 'sum(prediction) OVER ()'],
    ['a condition behind it', 'avg(prediction) FROM data WHERE class = 1 --'],
    ['a second statement', "avg(prediction) FROM data; COPY data TO 'x.csv' --"],
    ['chance', 'avg(prediction) + random()'],
    ['a column that is not there', 'avg(amount)'],
    ['what grows with the rows', `sum(${right}) - 0 * count(*)`],
    ['several rows', 'unnest([avg(prediction), 1])'],
    ['a list', 'list(prediction)'],
    ['text', "max('a' || prediction)"],
    ['text of each row', "avg('a' || prediction)"],
    ['what cannot be parsed', 'avg(prediction'],
    ['a function that is not there', 'averge(prediction)'],
    ['NULL of the judged rows', 'avg(CASE WHEN false THEN prediction END)'],
    ['NaN', "avg(CAST('nan' AS DOUBLE))"],
    ['what is infinite', 'sum(1 / (prediction - prediction))'],
    ['NULL of all', 'sum(prediction) / (count(*) - count(*))'],
  ])('refuses %s as a metric', async (_, expression) => {
    const folder = tempFolder({})
    writeStream(folder, { weeks: 1, rowsPerWeek: 300 })
    const { diagnostics } = await follow(folder, sql(expression))
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: expect.stringMatching(/^performance\/(sql-metric|reference)$/) }),
    ])
    expect(diagnostics?.[0]?.message).toMatch(/profit/)
    expect(diagnostics?.[0]?.message).not.toMatch(/undefined|\n/)
  })
})
