import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { silent } from '../../action/base/progress.ts'
import { register } from '../../action/commands/register.ts'
import { runsList } from '../../action/commands/runs-list.ts'
import { contextOf, rerun, runProject } from '../support/registered-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyTrain, tinyYaml } from '../support/tiny-project.ts'

type Change = Parameters<typeof contextOf>[1]

async function listed(folder: string, inputs: Partial<Parameters<typeof runsList.run>[0]> = {}, change: Change = {}) {
  const warnings: string[] = []
  const progress = { ...silent, warn: (text: string) => void warnings.push(text) }
  const given = { limit: undefined, metric: undefined, local: false, ...inputs }
  const outcome = await runsList.run(given, contextOf(folder, { progress, ...change }))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await runsList.report(outcome.result)), warnings }
}

const unreachable = async () => {
  throw new Fault('github/unreachable', 'Cannot reach "https://api.github.com": no network', { remedy: 'Wait.' })
}

describe('runs list', () => {
  test('shows failed, refused, passed and released runs, of this folder and of the ledger', async () => {
    const project = await runProject()
    const { folder } = project
    await register.run({ param: [] }, contextOf(folder))
    project.write('plumbline.yaml', tinyYaml.replace('min: 0.7 }', 'min: 0.999 }'))
    project.write('train.mjs', `${tinyTrain}\n// slower\n`)
    await rerun(project)
    project.write('train.mjs', 'throw new Error("no memory")')
    await expect(rerun(project)).rejects.toThrow('code 1')

    const { text, markdown, outputs, next, runs, warnings } = await listed(folder)

    expect(warnings).toEqual([])
    expect(runs.map(({ record, tag }) => [record.outcome, tag !== null])).toEqual([
      ['failed', false],
      ['refused', false],
      ['passed', true],
    ])
    const [headline, , header, ...rows] = text.split('\n')
    expect(headline).toBe('3 runs here and in the ledger')
    expect(header?.trim().split(/ {2,}/)).toEqual([
      'when (UTC)',
      'run',
      'trigger',
      'outcome',
      'roc_auc',
      'took',
      'release',
    ])
    expect(rows[0]).toMatch(/manual by Ada +✗ failed +– +\d/)
    expect(rows[2]).toMatch(
      /✓ passed {3}0\.\d+ \(0\.\d+–[\d.]+\) +[\d.]+ s here +parcels-v1-g[0-9a-f]{8}-d[0-9a-f]{8}$/,
    )
    expect(text).toMatch(/roc_auc {2}▅▅ {2}0\.\d+ → 0\.\d+ · between .* · 2 runs/)
    expect(markdown).toContain('| when (UTC) | run | trigger |')
    expect(outputs).toEqual({ runs: '3' })
    expect(next).toMatch(/^plumbline runs show [0-9a-f]{8}$/)

    const short = await listed(folder, { limit: 1 })
    expect(short.text).toContain('3 runs here and in the ledger · 2 older not shown: --limit 3')

    await rm(join(folder, '.plumbline/runs'), { recursive: true })
    await rm(join(folder, '.plumbline/history'), { recursive: true })
    const remembered = await listed(folder)
    expect(remembered.runs.map(({ record }) => record.outcome)).toEqual(['passed'])
    expect((await listed(folder, { local: true })).text).toBe('No run is known here')
  })

  test('goes on without the ledger, and says what it cannot see', async () => {
    const { folder } = await runProject()

    const { text, warnings, markdown, sources } = await listed(folder, {}, { openGitHub: unreachable })

    expect(text).toMatch(/^1 run here; the ledger cannot be seen\n/)
    expect(warnings).toEqual([
      'cannot see the runs of the ledger, only those of this folder: Cannot reach "https://api.github.com": no network [github/unreachable]',
    ])
    expect(markdown).toContain('⚠ cannot see the runs of the ledger')
    expect(sources.ledger).toMatchObject({ kind: 'cannot see', code: 'github/unreachable' })
    expect((await listed(folder, { local: true }, { openGitHub: unreachable })).warnings).toEqual([])
  })

  test('needs no project, and names records that it cannot read', async () => {
    const folder = tempFolder({ 'plumbline.yaml': 'version: 99' })
    const place = join(folder, '.plumbline/runs/0123')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'run.json'), '{"schema":"plumbline/run/v1","model":')

    const { text, warnings } = await listed(folder, { local: true })

    expect(text).toBe('No run is known here')
    expect(warnings).toEqual(['left out .plumbline/runs/0123/run.json: it is cut off, or no JSON'])
  })
})
