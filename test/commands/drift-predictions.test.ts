import { describe, expect, test } from 'vitest'

import { decide } from '../../action/commands/decide.ts'
import { drift } from '../../action/commands/drift.ts'
import { inputsBeside } from '../../action/commands/live-performance.ts'
import { pageOfWindows } from '../../action/report/drift-page/page-of-windows.ts'
import { contextOf } from '../support/registered-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'
import {
  afterWeek,
  driftInputs,
  judged,
  recorded,
  releasedProject,
  rowsAWeek,
  startMs,
  weekMs,
  weeks,
} from '../support/weekly-parcels.ts'

interface Logged {
  /** Weeks in which the model answers 0.2 more. */
  readonly moved?: readonly number[]
  readonly change?: (cells: readonly string[], row: number) => readonly string[]
}

/** What a release answered the parcels of some weeks, a day after each was shipped. */
function answers(release: string, from: number, to: number, { moved = [], change }: Logged = {}): string {
  const lines: string[] = []
  for (let row = from * rowsAWeek; row < to * rowsAWeek; row += 1) {
    const usual = ((row * 7919) % 1000) / 1000
    const probability = moved.includes(Math.floor(row / rowsAWeek)) ? Math.min(1, usual + 0.2) : usual
    const at = new Date(startMs + row * (weekMs / rowsAWeek) + 86_400_000).toISOString()
    const cells = [at, `p${row}`, probability > 0.5 ? '1' : '0', probability.toFixed(3), release]
    lines.push((change?.(cells, row) ?? cells).join(','))
  }
  return `at,parcel,prediction,probability,model\n${lines.join('\n')}\n`
}

const logged = { 'prediction-log': 'log' } as const
/** A week in which the model answers otherwise is found by the second. */
const now = afterWeek(19)

describe('drift of what a model answers', () => {
  test('is found where no input moves, named, recorded and a reason to retrain, and is no drift of the inputs', async () => {
    const project = await releasedProject()
    project.write('data/new.csv', weeks(16, 19))
    const quiet = await judged(project, now)
    expect(quiet).toMatchObject({ prediction: { kind: 'no log' }, finding: { verdict: 'no drift' } })
    expect(quiet.report.text).toContain('what the model answers is not judged: name its log with --prediction-log')
    expect(quiet.columns.map(({ name }) => name)).not.toContain('prediction')

    const { release } = quiet
    project.write('log/16.csv', answers(release, 16, 17))
    project.write('log/17.csv', answers(release, 17, 19, { moved: [17, 18] }))
    const found = await judged(project, now, { ...logged, record: true })
    expect(found).toMatchObject({ isNo: true, isRecorded: true, finding: { verdict: 'drift', confirmedShare: 0.2 } })
    expect(found.prediction).toEqual({
      ...{ kind: 'judged', column: 'prediction', rows: 3 * rowsAWeek, emptyRows: 0, repeatedRows: 0, others: [] },
      learned: expect.objectContaining({ rows: 4 * rowsAWeek, blocks: 8, blockMs: weekMs / 2 }),
    })
    const [column] = found.finding?.columns ?? []
    expect(found.finding?.columns).toHaveLength(1)
    expect(column).toMatchObject({ name: 'prediction', isPrediction: true, standing: 'confirmed', rows: [672, 672] })
    expect(column?.effect).toBeCloseTo(0.2, 2)
    expect(found.report.text).toMatch(/^DRIFT {2}prediction \(what the model answers\) drifted, confirmed · 20 %/)
    expect(found.report.markdown).toContain('| prediction (what the model answers) |')
    expect(found.report.text).toContain('to 672 of 672 in the newest window')
    expect(pageOfWindows(found).columns[0]).toMatchObject({
      ...{ name: 'prediction (what the model answers)', verdict: 'drift', said: 'confirmed, in 2 of 3 windows' },
      picture: { current: expect.any(Array) },
    })

    // What is kept is what was said, and the same run again changes nothing.
    const [record] = await recorded(project)
    expect(record?.finding).toEqual(found.finding)
    expect(record?.windows).toEqual(found.windows)
    const kept = record?.windows.flatMap(({ columns }) => columns.filter(({ name }) => name === 'prediction'))
    expect(kept?.map(({ answers: rows }) => rows)).toEqual([rowsAWeek, rowsAWeek, rowsAWeek])
    const again = await judged(project, now, { ...logged, record: true })
    expect(again).toMatchObject({ judgedNow: 0, isRecorded: false, finding: found.finding })
    expect(again.newest).toEqual(found.newest)
    // Without the log the evidence cannot be shown, and the finding stands.
    expect(await judged(project, now)).toMatchObject({ newest: undefined, finding: found.finding })

    const outcome = await decide.run(
      { force: false, reason: undefined, 'no-fetch': false },
      contextOf(project.folder, { now: () => now }),
    )
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    expect(outcome.result).toMatchObject({ verdict: 'retrain', trigger: 'drift' })
    expect((await decide.report(outcome.result)).text).toContain('prediction (what the model answers) drifted: effect')
    expect(inputsBeside(found.finding, release, undefined)).toEqual({ kind: 'none' })
  }, 240_000)

  test('counts the answers of this release, the first of each row, and says what is missing', async () => {
    const project = await releasedProject()
    project.write('data/new.csv', weeks(16, 19))
    const { release } = await judged(project, now)
    // Half of the newest week is not answered, a tenth of the rest is answered by nothing, and another model is far off.
    const half = answers(release, 16, 19, {
      change: ([at = '', id = '', prediction = '', probability = '', tag = ''], row) => {
        if (row >= 18.5 * rowsAWeek) return [at, `x${row}`, prediction, probability, tag]
        return [at, id, prediction, row % 10 === 0 ? 'NaN' : probability, tag]
      },
    })
    const shadow = answers('parcels-v9', 16, 19, {
      change: ([at = '', id = '', , , tag = '']) => [at, id, '1', '1', tag],
    })
    const late = answers(release, 16, 17, { change: ([, id = '', , , tag = '']) => ['2026-01-01', id, '1', '1', tag] })
    project.write('log/a.csv', half)
    project.write('log/b.csv', shadow)
    project.write('log/late/c.csv', late)
    project.write('log/notes.txt', 'no data')
    const found = await judged(project, now, logged)
    expect(found.prediction).toMatchObject({ rows: 1680, emptyRows: 101, repeatedRows: 672, others: ['parcels-v9'] })
    expect(found.report.text).toContain(
      'the log has an answer to 1,680 of 2,016 new rows · to 336 of 672 in the newest window · 101 answers are nothing and count as missing · 672 rows were answered again: the first answer counts',
    )
    expect(found.report.text).toContain('the log has answers of parcels-v9, too, which are left out')
    // A tenth of the answers is nothing: the share of missing rows is a question like another.
    const column = found.newest?.columns.find(({ name }) => name === 'prediction')
    expect(column?.againstTraining.current).toEqual({ rows: 336, missing: 34, unreadable: 0 })
    expect(column?.againstTraining.rows.map(({ question, verdict }) => [question, verdict])).toContainEqual([
      'missing',
      'drift',
    ])

    // A release that answered nothing yet is no good news.
    project.write('log/a.csv', shadow)
    project.write('log/late/c.csv', shadow)
    const none = await judged(project, now, logged)
    expect(none).toMatchObject({ isNo: true, prediction: { rows: 0 }, finding: { verdict: 'insufficient data' } })
    expect(none.report.outputs?.['reason']).toContain('too little data for prediction (what the model answers)')
  }, 240_000)

  test('a release that keeps nothing of its answers is compared by its inputs alone, and that is said', async () => {
    const event = `${tempFolder({ 'event.json': '{"repository":{"private":false}}' })}/event.json`
    const project = await releasedProject({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: event })
    project.write('data/new.csv', weeks(16, 19, [17, 18]))
    project.write('log/a.csv', answers('parcels-v1', 16, 19))
    const found = await judged(project, now, logged)
    expect(found).toMatchObject({ prediction: { kind: 'not kept' }, learned: { source: 'snapshot' } })
    expect(found.finding?.columns.map(({ name }) => name)).toEqual(['region'])
    expect(found.report.text).toContain(`${found.release} keeps nothing to compare it with`)
  }, 240_000)

  test('an input of the same name keeps it, and the answers have another', async () => {
    const prediction = (text: string) => text.replace('distance_km', 'prediction')
    const project = await releasedProject({}, (files) =>
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, text.replaceAll('distance_km', 'prediction')]),
      ),
    )
    project.write('data/new.csv', prediction(weeks(16, 19)))
    const { release } = await judged(project, now)
    project.write('log/a.csv', answers(release, 16, 19, { moved: [17, 18] }))
    const found = await judged(project, now, logged)
    expect(found.finding?.columns).toMatchObject([{ name: 'prediction of the model', isPrediction: true }])
    expect(found.columns.map(({ name }) => name)).toContain('prediction')
  }, 240_000)

  test('what is wrong with the log is said, and nothing is judged or written', async () => {
    const project = await releasedProject()
    project.write('data/new.csv', weeks(16, 19))
    const { release } = await judged(project, now)
    const run = async () =>
      await drift.run({ ...driftInputs, ...logged, record: true }, contextOf(project.folder, { now: () => now }))
    await expect(run()).rejects.toMatchObject({
      code: 'data/no-files',
      message: expect.stringContaining('no such folder'),
    })
    project.write('log', 'a file')
    await expect(run()).rejects.toMatchObject({
      code: 'data/no-files',
      message: expect.stringContaining('it is a file'),
    })
    const { rm } = await import('node:fs/promises')
    await rm(`${project.folder}/log`)

    const whole = answers(release, 16, 19)
    const cases: readonly (readonly [file: string, text: string, code: string, words: string])[] = [
      ['a.csv', whole.replace('probability', 'probabilty'), 'drift/prediction-log', 'no column "probability"'],
      ['a.csv', whole.replace('model', 'by'), 'drift/prediction-log', 'no column "model"'],
      ['a.csv', whole.replace('parcel', 'id'), 'drift/prediction-log', 'no column "parcel"'],
      ['a.parquet', 'PAR1 half of a file', 'data/', 'log/a.parquet'],
      ['a.csv', '', 'data/', 'log/a.csv'],
    ]
    for (const [file, text, code, words] of cases) {
      project.write(`log/${file}`, text)
      const outcome = await run()
      if (outcome.kind !== 'diagnosed') throw new Error(JSON.stringify(outcome))
      expect(outcome.diagnostics[0]).toMatchObject({
        code: expect.stringContaining(code),
        file: `log/${file}`,
        message: expect.stringContaining(words),
      })
      await rm(`${project.folder}/log/${file}`)
    }
    expect(await recorded(project)).toEqual([])

    project.write('log/a.csv', whole)
    project.write('plumbline.yaml', tinyYaml.replace(', id: parcel', ''))
    await expect(run()).rejects.toMatchObject({
      code: 'cli/bad-input',
      message: expect.stringContaining('no column names the rows; expected an id'),
    })
  }, 240_000)
})
