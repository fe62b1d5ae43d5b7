import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { Fault } from '../../action/base/fault.ts'
import { silent } from '../../action/base/progress.ts'
import { type RunRequest, runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { reportRun } from '../../action/report/report-run.ts'
import { runRecord } from '../support/candidate.ts'
import { pinData } from '../support/pin-data.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const startedAt = '2025-03-04T06:00:00.000Z'
const spent = [0, 1].map((at): RunRecord => {
  const job = {
    job: 'train',
    startedAt,
    seconds: 70,
    ran: ['train'],
    workSeconds: 60,
    runner: ['ubuntu-latest'],
  } as const
  return runRecord({ startedAt: startedAt.replace('06:', `0${at}:`), jobs: [job] })
})

async function started(event: string, change: Partial<RunRequest> = {}) {
  const { folder } = await tinyProject({
    files: { 'plumbline.yaml': tinyYaml.replace('split:', 'cost: { budget: { runs: 2 } }\nsplit:') },
  })
  await pinData(folder)
  const end = await runPipeline({
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: 'true', RUNNER_OS: 'Linux', GITHUB_EVENT_NAME: event },
    progress: silent,
    signal: new AbortController().signal,
    now: () => new Date('2025-03-20T06:00:00.000Z'),
    job: 'prepare',
    executions: async () => spent,
    ...change,
  })
  if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end))
  return { ...end, folder, hasWorked: existsSync(join(folder, '.plumbline/stages')) }
}

describe('runPipeline() with a budget', () => {
  test('trains nothing on a schedule once the month’s budget is spent, and says how to go on', async () => {
    const { kind, record, hasWorked } = await started('schedule')

    expect(kind).toBe('refused')
    expect(hasWorked).toBe(false)
    expect(record).toMatchObject({ outcome: 'refused', stages: [], jobs: [{ job: 'prepare', ran: [] }] })
    const { text, outputs, next } = reportRun(record)
    expect(text).toBe(
      'NO  nothing was trained: the budget of 2025-03 is spent, 2 of 2 runs; it renews on 2025-04-01 (cost.budget in plumbline.yaml)',
    )
    expect(outputs['verdict']).toBe('no')
    expect(next).toContain('by hand')
  })

  test.each([
    ['workflow_dispatch', {}],
    ['push', {}],
    ['schedule', { now: () => new Date('2025-04-01T00:00:00.000Z') }],
    ['schedule', { executions: async () => spent.slice(1) }],
    ['schedule', { executions: async () => spent.map((record) => ({ ...record, model: 'quotes' })) }],
  ] as const)('goes on by %s where %j', async (event, change) => {
    expect(await started(event, change)).toMatchObject({ kind: 'passed', hasWorked: true })
  })

  test('does not start where it cannot see what was spent', async () => {
    const executions = async () => {
      throw new Fault('github/forbidden', 'Cannot read the branch', { remedy: 'Give the job contents: read.' })
    }
    await expect(started('schedule', { executions })).rejects.toMatchObject({ code: 'github/forbidden' })
  })
})
