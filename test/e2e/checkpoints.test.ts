import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { plumbline, plumblineJson } from '../support/command-line.ts'
import { type ResultsServices, startResultsServices } from '../support/results-services.ts'
import { runMain, type StepEnd, type StepRun } from '../support/run-main.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { epochs, epochsFrom, type ToyTrainer, toyTrainer } from '../support/toy-trainer.ts'

/** SHA-256 of the model of the run that was made in a folder. */
function modelOf(folder: string): string | undefined {
  const runs = join(folder, '.plumbline/runs')
  const record = JSON.parse(readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'run.json'), 'utf8')) as RunRecord
  return record.stages.find(({ name }) => name === 'train')?.outputs['model']
}

/** Once it is true. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(10)
}

const dieAtWrite = fileURLToPath(new URL('../support/die-at-write.mjs', import.meta.url))

test('`plumbline run`, itself killed in each epoch in turn, goes on at the next one and ends with the same model', {
  timeout: 300_000,
}, async () => {
  const undisturbed = await toyTrainer()
  await plumblineJson(undisturbed.folder, ['run'])
  const { folder, wish, done, waiting } = await toyTrainer()

  for (let epoch = 1; epoch <= epochs; epoch++) {
    wish('wait', epoch)
    const cli = spawn(process.execPath, [join(packageFolder(), 'dist/cli.js'), 'run'], { cwd: folder, stdio: 'ignore' })
    await until(() => existsSync(waiting))
    cli.kill('SIGKILL')
    await once(cli, 'exit')
    rmSync(waiting)
    expect(done()).toEqual([`epoch ${epoch}`])
  }
  const { code, stderr } = await plumbline(folder, ['run'])

  expect(code, stderr).toBe(0)
  expect(stderr).toContain('train goes on from its checkpoint')
  // What still slept when its run was killed was ended, and nothing trained twice.
  expect(done()).toEqual([])
  expect(modelOf(folder)).toBe(modelOf(undisturbed.folder))
})

/** A workflow run of the toy trainer: every job on a runner with an empty disk, results and checkpoints as artifacts. */
async function workflowRun(services: ResultsServices, toy: ToyTrainer) {
  const environment = {
    GITHUB_SERVER_URL: 'http://gh.localhost:1',
    ACTIONS_RESULTS_URL: services.url,
    ACTIONS_RUNTIME_TOKEN: services.tokenFor('7'),
    GITHUB_RUN_ID: '7',
  }
  const runner = () => {
    const folder = tempFolder()
    cpSync(toy.folder, folder, { recursive: true })
    return folder
  }
  const job = async (name: string, attempt: number, more: Partial<StepRun> = {}) => {
    const folder = more.folder ?? runner()
    const end = await runMain({
      ...more,
      inputs: { command: 'run', job: name },
      folder,
      environment: { ...environment, GITHUB_RUN_ATTEMPT: String(attempt), ...more.environment },
    })
    return { ...end, folder }
  }
  const prepared = await job('prepare', 1)
  expect(prepared.code, prepared.stdout).toBe(0)
  return { runner, train: (attempt: number, more?: Partial<StepRun>) => job('train', attempt, more) }
}

const checkpointsIn = (services: ResultsServices) =>
  services.artifacts().filter(({ name }) => name.includes('-checkpoint-train-'))

function expectGood({ code, stdout, stderr }: StepEnd): void {
  expect(code, `${stdout}\n${stderr}`).toBe(0)
}

describe('checkpoints of a workflow run', () => {
  test('bring a training that died in each epoch in turn to the same model, on empty runners', {
    timeout: 300_000,
  }, async () => {
    await using services = await startResultsServices()
    const toy = await toyTrainer()
    const undisturbed = await workflowRun(services, toy).then(({ train }) => train(1))
    expectGood(undisturbed)
    expect(toy.done()).toEqual(epochsFrom(1))
    expect(checkpointsIn(services)).toEqual([])

    await using again = await startResultsServices()
    const { train } = await workflowRun(again, toy)
    for (let epoch = 1; epoch <= epochs; epoch++) {
      toy.wish('die', epoch)
      expect((await train(epoch)).code).toBe(1)
      expect(toy.done()).toEqual([`epoch ${epoch}`])
    }
    expect(checkpointsIn(again)).toHaveLength(2)
    const last = await train(epochs + 1)

    expectGood(last)
    expect(last.stdout).toContain('train goes on from its checkpoint')
    expect(toy.done()).toEqual([])
    expect(modelOf(last.folder)).toBe(modelOf(undisturbed.folder))
  })

  test('are kept while it trains, so that a runner that vanishes loses little', { timeout: 120_000 }, async () => {
    await using services = await startResultsServices()
    const toy = await toyTrainer({ lines: 'checkpoint: { every: 1s }' })
    const { train } = await workflowRun(services, toy)
    toy.wish('wait', 3)

    await train(1, {
      onStart(step) {
        void until(() => checkpointsIn(services).length > 0 && existsSync(toy.waiting)).then(() => step.kill('SIGKILL'))
      },
    })
    process.kill(Number(readFileSync(toy.waiting, 'utf8')), 'SIGKILL')
    expect(toy.done()).toEqual(epochsFrom(1, 3))
    const second = await train(2)

    expectGood(second)
    expect(toy.done()).toEqual(epochsFrom(4))
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'are kept where the run is cancelled by %s',
    { timeout: 120_000 },
    async (signal) => {
      await using services = await startResultsServices()
      const toy = await toyTrainer()
      const { train } = await workflowRun(services, toy)
      toy.wish('wait', 2)

      const cancelled = await train(1, {
        onStart(step) {
          void until(() => existsSync(toy.waiting)).then(() => step.kill(signal))
        },
      })
      expect(cancelled.code).toBe(130)
      expect(checkpointsIn(services)).toHaveLength(1)
      const second = await train(2)

      expectGood(second)
      expect(toy.done()).toEqual(epochsFrom(1))
    },
  )

  test('come whole or not at all, wherever a run is killed while it takes them in', { timeout: 300_000 }, async () => {
    const toy = await toyTrainer()
    const deaths: number[] = []

    for (let at = 1; ; at += 4) {
      // Of its own each time: what an attempt finished, the next ones take over.
      await using services = await startResultsServices()
      const { train, runner } = await workflowRun(services, toy)
      toy.wish('die', 3)
      await train(1)
      toy.done()
      const folder = runner()
      const environment = {
        NODE_OPTIONS: `--import ${dieAtWrite}`,
        PLUMBLINE_DIE_BELOW: join(folder, '.plumbline/checkpoints'),
        PLUMBLINE_DIE_AT: String(at),
      }
      const killed = await train(2, { folder, environment })
      if (killed.code === 0) break
      deaths.push(at)
      const again = await train(3, { folder })
      expectGood(again)
      expect(toy.done()).toEqual(epochsFrom(4))
      expect(readdirSync(join(folder, '.plumbline/drafts'))).toEqual([])
    }
    expect(deaths.length).toBeGreaterThan(2)
  })
})
