import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { decide } from '../../action/commands/decide.ts'
import { drift } from '../../action/commands/drift.ts'
import { fetchSnapshot } from '../../action/data/fetch-snapshot.ts'
import { resolveSnapshot } from '../../action/data/resolve-snapshot.ts'
import { countedReference, keptReference } from '../../action/pipeline/learned-reference.ts'
import { readContracts } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import { pageOfWindows } from '../../action/report/drift-page/page-of-windows.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextOf } from '../support/registered-project.ts'
import { schemaOf } from '../support/result-schema.ts'
import { type TinyProject, tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'
import {
  afterWeek,
  driftInputs,
  judged,
  learnedWeeks,
  recorded,
  releasedProject,
  rowsAWeek,
  startMs,
  weekMs,
  weeks,
} from '../support/weekly-parcels.ts'

async function recounted({ folder }: TinyProject, tag: string) {
  const read = await readProject(folder)
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  const project = read.value
  const contracts = await readContracts(project)
  const chosen = await resolveSnapshot(project, tag)
  if (!contracts.ok || !chosen.ok) throw new Error('no contract or snapshot')
  const { lock } = chosen.value
  const files = await fetchSnapshot(project, lock)
  return await countedReference(tag, { project, contracts: contracts.value, files, until: lock.until })
}

describe('drift, in a project', () => {
  test('judges a closed window once, whoever looks how often, and records it only when asked', async () => {
    const project = await releasedProject()
    const none = await judged(project, afterWeek(learnedWeeks))
    expect(none).toMatchObject({ isNo: true, newRows: 0, judgedNow: 0, learned: { source: 'release', blocks: 16 } })
    expect(none.report.outputs).toMatchObject({ verdict: 'insufficient data' })
    project.write('data/new.csv', weeks(16, 17))
    const open = await judged(project, new Date(startMs + 16.5 * weekMs))
    expect(open.finding).toBeUndefined()
    expect(open.report.text).toContain(
      'no window has closed yet: the next closes 2025-04-29 00:00, with 672 rows so far',
    )
    // A batch that ends in the middle of a window leaves it open, whatever the clock says.
    project.write('data/new.csv', weeks(16, 17).split('\n').slice(0, 300).join('\n'))
    const half = await judged(project, new Date(startMs + 60 * weekMs))
    expect(half.finding).toBeUndefined()
    expect(half.report.text).toContain('the next closes once rows come near its end on 2025-04-28')
    project.write('data/new.csv', weeks(16, 17))

    const looked = await judged(project, afterWeek(17))
    expect(looked).toMatchObject({ isNo: false, judgedNow: 1, isRecorded: false, finding: { verdict: 'no drift' } })
    expect(await recorded(project)).toEqual([])
    expect(await judged(project, afterWeek(17), { record: true })).toMatchObject({ judgedNow: 1, isRecorded: true })
    const before = await recorded(project)
    for (let again = 0; again < 5; again += 1) {
      const same = await judged(project, new Date(afterWeek(17).getTime() + again * 86_400_000), { record: true })
      expect(same).toMatchObject({ judgedNow: 0, isRecorded: false, finding: looked.finding })
    }
    expect(await recorded(project)).toEqual(before)

    // What was learned is counted anew to the same, where a release does not keep it.
    const tag = looked.release
    const kept = await keptReference(tag, join(project.folder, '.plumbline/served', tag, 'reference.json'))
    expect(await recounted(project, tag)).toEqual({ ok: true, value: kept })

    // Rows that are pinned are not new, in whatever file they come again.
    project.write('data/copy.csv', weeks(3, 9))
    const copied = await judged(project, afterWeek(17))
    expect(copied.newRows).toBe(rowsAWeek)
  }, 240_000)

  test('drift is suspected in one window, confirmed by the second, and told with its numbers', async () => {
    const project = await releasedProject()
    project.write('data/new.csv', weeks(16, 17))
    await judged(project, afterWeek(17), { record: true })
    project.write('data/new.csv', weeks(16, 19, [17, 18]))
    const first = await judged(project, afterWeek(18), { record: true })
    expect(first).toMatchObject({
      isNo: false,
      judgedNow: 1,
      finding: { verdict: 'notable', columns: [{ name: 'region', standing: 'suspected', drifted: 1, windows: 2 }] },
    })
    const decided = async (now: Date) => {
      const asked = { force: false, reason: undefined, 'no-fetch': false }
      const outcome = await decide.run(asked, contextOf(project.folder, { now: () => now }))
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
      return outcome.result
    }
    expect(await decided(afterWeek(18))).toMatchObject({ verdict: 'wait', fires: false })
    const second = await judged(project, afterWeek(19), { record: true })
    expect(await decided(afterWeek(19))).toMatchObject({ verdict: 'retrain', trigger: 'drift' })
    const [column] = second.finding?.columns ?? []
    expect(second).toMatchObject({ isNo: true, judgedNow: 1, finding: { verdict: 'drift' } })
    expect(column).toMatchObject({ name: 'region', standing: 'confirmed', drifted: 2, windows: 3, rows: [672, 672] })
    expect(column?.effect).toBeCloseTo(0.2, 2)
    expect(column?.before.length).toBe(column?.now.length)
    expect(second.report.text).toMatch(/^DRIFT {2}region drifted, confirmed/)
    expect(second.report.text).not.toMatch(/"N"|"S"/)
    expect((await recorded(project)).at(-1)?.windows.map(({ rows }) => rows)).toEqual([672])

    // Whoever looks once sees what somebody who looked each week sees.
    const once = await releasedProject()
    once.write('data/new.csv', weeks(16, 19, [17, 18]))
    const late = await judged(once, afterWeek(19), { record: true })
    expect(late.judgedNow).toBe(3)
    expect({ ...late.finding, release: '' }).toEqual({ ...second.finding, release: '' })
    expect(late.windows).toEqual(second.windows)

    project.write('data/new.csv', `${weeks(16, 19, [17, 18])}x1,2031-01-01T00:00:00Z,N,5,0\n`)
    const future = await judged(project, afterWeek(19))
    expect(future.plan.futureRows).toBe(1)
    expect(future.report.text).toContain('left out: 1 row from the future')
  }, 240_000)

  test('names what a column that is gone is called now, where a new one holds the same', async () => {
    const project = await releasedProject()
    const rows = weeks(16, 17)
    project.write('data/new.csv', rows.replace('region', 'zone'))
    const renamed = await judged(project, afterWeek(17))
    expect(renamed.finding?.columns).toMatchObject([{ name: 'region', effect: 1 }])
    expect(renamed.renames).toMatchObject([{ kind: 'likely', missing: 'region', added: 'zone', sharedValues: 4 }])
    const words = /region is gone and zone is new and holds much the same .*: a rename is likely/
    expect(renamed.report.text).toMatch(words)
    expect(renamed.report.markdown).toMatch(words)
    expect(pageOfWindows(renamed).notes.join()).toMatch(words)

    // What holds something else is another column.
    const other = rows.replace('region', 'zone').replace(/Z,[NSEW],/g, (_, place: number) => `Z,z${place % 40},`)
    project.write('data/new.csv', other)
    expect(await judged(project, afterWeek(17))).toMatchObject({ finding: renamed.finding, renames: [] })
    // A column that stays is not renamed, whatever holds the same beside it.
    const beside = rows.replace('region', 'region,zone').replace(/Z,([NSEW]),/g, 'Z,$1,$1,')
    project.write('data/new.csv', beside)
    expect(await judged(project, afterWeek(17))).toMatchObject({ finding: { columns: [] }, renames: [] })
  }, 240_000)
})

describe('drift, without --reference', () => {
  test.each([
    ['nothing is released yet', {}, 'nothing of parcels is released yet'],
    ['there is no time', { 'plumbline.yaml': tinyYaml.replace(', time: shipped_at', '') }, 'model.time is not set'],
  ])('is insufficient data where %s', async (_, files, words) => {
    const { folder } = await tinyProject({ files: { 'data/parcels.csv': tinyRows(50), ...files } })
    const outcome = await drift.run(driftInputs, contextOf(folder))
    if (outcome.kind !== 'no') throw new Error(JSON.stringify(outcome))
    const report = await drift.report(outcome.result)
    expect(report).toMatchObject({ outputs: { verdict: 'insufficient data', reason: expect.stringContaining(words) } })
    const isValid = schemaOf('drift')
    isValid(JSON.parse(jsonEnding('drift', { ...outcome, report })))
    expect(isValid.errors ?? []).toEqual([])
  })

  test.each([
    [{ current: 'new.csv' }, '--current without --reference'],
    [{ effect: 0.2 }, '--effect without --reference'],
    [{ reference: 'old.csv', record: true }, '--record with --reference'],
    [{ reference: 'old.csv', 'prediction-log': 'log' }, '--prediction-log with --reference'],
  ])('refuses what it would not read: %j', async (more, words) => {
    await expect(drift.run({ ...driftInputs, ...more }, contextOf('/nowhere'))).rejects.toMatchObject({
      code: 'cli/bad-input',
      message: expect.stringContaining(words),
    })
  })
})
