import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { decide } from '../../action/commands/decide.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLocalRuns } from '../../action/pipeline/run-history.ts'
import { dataDigest, readDataLock } from '../../action/project/data-lock.ts'
import { pushHead } from '../../action/registry/local-git.ts'
import { recordProposed } from '../../action/registry/record-proposed.ts'
import { recordRun } from '../../action/registry/record-run.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll, contextOf, runProject } from '../support/registered-project.ts'
import { schemaOf } from '../support/result-schema.ts'
import { type TinyProject, tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const inputs = { force: false, reason: undefined, 'no-fetch': false }
const now = () => new Date('2025-03-01T12:00:00Z')
const retrain = (text: string) => ({ 'plumbline.yaml': `${tinyYaml}retrain: ${text}\n` })

async function decided(
  { folder }: TinyProject,
  more: Partial<typeof inputs> = {},
  change: Partial<CommandContext> = {},
) {
  const outcome = await decide.run({ ...inputs, ...more }, contextOf(folder, { now, ...change }))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, report: await decide.report(outcome.result) }
}

async function pinnedProject(policy: string, rows = 400): Promise<TinyProject> {
  const project = await tinyProject({ rows, files: retrain(policy) })
  await pinData(project.folder)
  await commitAll(project, 'First')
  return project
}

const more = (from: number, to: number) => tinyRows(to).replace(new RegExp(`(?<=late\\n)(.*\\n){${from}}`), '')

function pinnedDigest(folder: string): string {
  const lock = readDataLock('data.lock.yaml', readFileSync(join(folder, 'data.lock.yaml'), 'utf8'))
  return lock.ok ? dataDigest(lock.value) : ''
}

/** The embedded GitHub of a project, which has what is committed. */
async function openLedger({ folder }: TinyProject) {
  const connection = await openLocalGitHub(folder)
  await pushHead(connection, folder)
  return await openGitHubClient(connection)
}

describe('decide', () => {
  test('says wait and retrain with every number and its limit', async () => {
    const project = await pinnedProject('{ any: [ { new-rows: 100 }, { all: [ { freshness: 2d }, { age: 1d } ] } ] }')
    const nothingNew = await decided(project)
    expect(nothingNew).toMatchObject({ verdict: 'wait', fires: false })
    expect(nothingNew.report.text).toMatch(/^WAIT {2}parcels · the data is the one that is pinned, [0-9a-f]{8}\n/)
    project.write('data/new.csv', more(400, 499))
    const close = await decided(project)
    expect(close.report.outputs).toMatchObject({ verdict: 'retrain', 'new-rows': '99' })
    expect(close.report.text.split('\n').slice(1)).toEqual([
      '  data  +1 file: 99 new rows, 2025-01-17T16:00:00Z … 2025-01-21T18:00:00Z',
      '  triggers',
      '    ✓ any of',
      '      · 99 new labelled rows (limit 100)',
      '      ✓ all of',
      '        ✓ the data is 4.13 d newer than what is pinned (limit 2 d)',
      '        ✓ the newest row that the model learned is 42.9 d old (limit 1 d)',
      '  limits',
      '    ✓ the data differs from what is pinned',
      '    ✓ nothing was proposed or released before',
    ])
    expect(close.report.next).toBe('plumbline propose')
    expect(close.report.markdown).toContain('| fires | the data is 4.13 d newer than what is pinned (limit 2 d) |')
    expect(nothingNew.report.next).toBeUndefined()
  })

  test.each([
    [99, 'wait'],
    [100, 'retrain'],
  ])('with %i new rows and a limit of 100: %s', async (rows, verdict) => {
    const project = await pinnedProject('{ any: [ { new-rows: 100 } ] }')
    // Copies of pinned rows beside them count for nothing.
    project.write('data/new.csv', more(100, 400 + rows))
    expect(await decided(project)).toMatchObject({ verdict, facts: { data: { newRows: rows } } })
  })

  test('with a limit of 10,000 new rows goes on at the very row, and takes no copy and no file written anew for one', async () => {
    const project = await pinnedProject('{ any: [ { new-rows: 10000 } ] }')
    const said = async () => {
      const { verdict, facts } = await decided(project)
      return [facts.data.newRows, verdict]
    }
    const lines = (rows: number) =>
      more(400, 400 + rows)
        .trim()
        .split('\n')
    const [header = '', ...rows] = lines(9999)
    const write = (path: string, some: readonly string[]) => project.write(path, `${[header, ...some].join('\n')}\n`)
    write('data/new.csv', rows)
    expect(await said()).toEqual([9999, 'wait'])
    // Copies within a file and beside it, the other way round, in other files, with the pinned rows moved and written anew.
    const pinned = readFileSync(join(project.folder, 'data/parcels.csv'), 'utf8').trim().split('\n').slice(1)
    rmSync(join(project.folder, 'data/parcels.csv'))
    write('data/new.csv', [...rows.slice(0, 5000), ...rows.slice(0, 5000).toReversed()])
    write('data/newer.csv', [...rows.slice(4000), ...pinned.toReversed()])
    expect(await said()).toEqual([9999, 'wait'])
    const [, ...all] = lines(10_001)
    write('data/newer.csv', [...all.slice(4000, 10_000), ...pinned])
    expect(await said()).toEqual([10_000, 'retrain'])
    write('data/newer.csv', [...all.slice(4000), ...pinned])
    expect(await said()).toEqual([10_001, 'retrain'])
  })

  test('reads releases, proposals and runs that ended badly from the ledger', async () => {
    const project = await pinnedProject('{ any: [ { new-rows: 10 } ], limits: { cool-down: 3d } }')
    project.write('data/new.csv', more(400, 420))
    const client = await openLedger(project)
    const digest = pinnedDigest(project.folder)
    const proposed = {
      model: 'parcels',
      dataDigest: digest,
      previousDigest: null,
      trigger: 'new data',
      reason: '500 new labelled rows (limit 10)',
      branch: 'plumbline/retrain/parcels',
      commit: 'c'.repeat(40),
      pull: 7,
      issue: null,
      mark: null,
      findings: [],
      decision: {},
    } as const
    const stamp = { at: '2025-02-28T12:00:00.000Z', actor: 'ada' }
    expect(await recordProposed(client, proposed, stamp)).toBe(true)
    expect(await recordProposed(client, proposed, { ...stamp, at: '2025-03-01T00:00:00.000Z' })).toBe(false)
    await recordProposed(client, { ...proposed, model: 'other' }, { ...stamp, at: '2025-03-01T11:00:00.000Z' })
    await client.connection[Symbol.asyncDispose]()

    const held = await decided(project)
    expect(held.report.outputs['reason']).toBe('1 d since the last proposal (limit 3 d)')
    const later = await decided(project, {}, { now: () => new Date('2025-03-03T12:00:00Z') })
    expect(later.verdict).toBe('retrain')
  })

  test('after a gate refused, waits for enough rows that are new since', async () => {
    const strict = `${tinyYaml.replace('min: 0.7', 'min: 0.999')}retrain: { any: [ { every: 1d } ] }\n`
    const project = await runProject({ files: { 'plumbline.yaml': strict } })
    const { records } = await readLocalRuns(project.folder)
    expect(records[0]).toMatchObject({ outcome: 'refused' })
    const client = await openLedger(project)
    for (const run of records) await recordRun(client, run, { at: run.finishedAt, actor: 'ada' })
    await client.connection[Symbol.asyncDispose]()
    project.write('data/new.csv', more(400, 443))
    const held = await decided(project)
    expect(held.report.outputs['reason']).toMatch(
      /^43 new labelled rows since run [0-9a-f]{8} ended badly \(limit 45\)$/,
    )
    project.write('data/new.csv', more(400, 450))
    expect(await decided(project)).toMatchObject({ verdict: 'retrain', facts: { refused: { newRows: 50 } } })
    // Pinning the new data does not forget since when rows are counted.
    await pinData(project.folder)
    await commitAll(project, 'More')
    project.write('data/newer.csv', more(450, 451))
    expect(await decided(project)).toMatchObject({ verdict: 'retrain', facts: { refused: { newRows: 51 } } })
  })

  test('a person forces it with a reason', async () => {
    const project = await pinnedProject('{ any: [ { new-rows: 100 } ] }')
    project.write('data/new.csv', more(400, 401))
    expect((await decided(project)).verdict).toBe('wait')
    const forced = await decided(project, { force: true, reason: ' new\n carrier ' } as object)
    expect(forced).toMatchObject({ verdict: 'retrain', trigger: 'manual', forced: 'new carrier' })
    expect(forced.report.outputs['reason']).toBe('forced: new carrier')
    for (const reason of ['', ' \n\t', '\u200B\u2060', '\u0000\u001B[31m\u001B[0m', '\u202E']) {
      await expect(decided(project, { force: true, reason } as object)).rejects.toThrow('no reason is given')
    }
    await expect(decided(project, { force: true })).rejects.toThrow('no reason is given')
    await expect(decided(project, { reason: 'x' } as object)).rejects.toThrow('nothing is forced')
    await expect(decided(project, { force: true, reason: 'x'.repeat(201) } as object)).rejects.toThrow('201 characters')
    const huge = 'x'.repeat(10_000_000)
    await expect(decided(project, { force: true, reason: huge } as object)).rejects.toThrow('10000000 characters')
    const hostile = { force: true, reason: 'a\u001B[2Jb\n::error::c\u202E #1 @ada' } as object
    expect((await decided(project, hostile)).forced).toBe('ab ::error::c #1 @ada')
  })

  test('writes no lock, and prints what its schema describes', async () => {
    const project = await pinnedProject(
      '{ any: [ { new-rows: 1 } ], limits: { runs-per-month: 4, min-new-share: 0.01 } }',
    )
    const before = readFileSync(join(project.folder, 'data.lock.yaml'), 'utf8')
    const isValid = schemaOf('decide')
    for (const rows of [400, 430]) {
      if (rows > 400) project.write('data/new.csv', more(400, rows))
      const context = contextOf(project.folder, { now })
      const ending = await settle(() => runCommand(decide, inputs, context), context.signal)
      const json = JSON.parse(jsonEnding('decide', ending)) as { result: object }
      isValid(json)
      expect(isValid.errors ?? []).toEqual([])
      expect(isValid({ ...json, result: { ...json.result, more: 1 } })).toBe(false)
    }
    expect(readFileSync(join(project.folder, 'data.lock.yaml'), 'utf8')).toBe(before)
  })

  test('tells what is wrong with the files', async () => {
    const project = await pinnedProject('{ any: [ { evry: 7d } ] }'.replace('evry', 'every'))
    project.write('plumbline.yaml', tinyYaml.replace('task: binary', 'task: binry'))
    expect(await decide.run(inputs, contextOf(project.folder))).toMatchObject({ kind: 'diagnosed' })
  })
})
