import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import type { Job } from '../../action/pipeline/run-session.ts'
import { epochs, epochsFrom, toyTrainer } from '../support/toy-trainer.ts'

const signal = new AbortController().signal

async function run(folder: string, asked: { readonly from?: string; readonly job?: Job } = {}) {
  const notes: string[] = []
  const progress = { ...silent, note: (text: string) => void notes.push(text) }
  const end = await runPipeline({
    ...asked,
    folder,
    environment: process.env,
    progress,
    signal,
    now: () => new Date(),
  }).catch((error: unknown) => error)
  return { end, notes }
}

/** SHA-256 of the model that the last run made. */
function modelOf(folder: string): string | undefined {
  const runs = join(folder, '.plumbline/runs')
  const record = JSON.parse(readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'run.json'), 'utf8')) as RunRecord
  return record.stages.find(({ name }) => name === 'train')?.outputs['model']
}

/** Of the same training, never disturbed. */
async function undisturbedModel(): Promise<string | undefined> {
  const { folder, done } = await toyTrainer()
  expect((await run(folder)).end).toMatchObject({ kind: 'passed' })
  expect(done()).toEqual(epochsFrom(1))
  return modelOf(folder)
}

const checkpointsOf = (folder: string) =>
  existsSync(join(folder, '.plumbline/checkpoints/train'))
    ? readdirSync(join(folder, '.plumbline/checkpoints/train'))
    : []

describe('PLUMBLINE_CHECKPOINT_DIR', () => {
  test('lets a training go on at the next epoch, killed in each of its epochs in turn, with the same model in the end', async () => {
    const undisturbed = await undisturbedModel()
    const { folder, wish, done } = await toyTrainer()

    for (let epoch = 1; epoch < epochs; epoch++) {
      wish('die', epoch)
      const { end, notes } = await run(folder)
      expect(end).toMatchObject({ code: 'stage/failed', message: expect.stringContaining('killed by SIGKILL') })
      expect(done()).toEqual([`epoch ${epoch}`])
      expect(notes.some((note) => note.startsWith('train goes on from its checkpoint (1 file, '))).toBe(epoch > 1)
      expect(notes.at(-1)).toMatch(/^train left a checkpoint \(1 file, \d+ B\): the next run goes on from it/)
    }
    wish('die', epochs)
    await run(folder)
    expect(done()).toEqual([`epoch ${epochs}`])

    expect((await run(folder)).end).toMatchObject({ kind: 'passed' })
    expect(done()).toEqual([])
    expect(modelOf(folder)).toBe(undisturbed)
    expect(checkpointsOf(folder)).toEqual([])
  })

  test('outlives the attempts of one run', async () => {
    const { folder, wish, done } = await toyTrainer({ lines: 'retry: { attempts: 2, backoff: 1ms }' })
    wish('die', 3)

    expect((await run(folder)).end).toMatchObject({ kind: 'passed' })

    expect(done()).toEqual(epochsFrom(1))
  })

  test('is empty for other code, and has the old state for the old code', async () => {
    const { folder, wish, done } = await toyTrainer()
    const code = readFileSync(join(folder, 'train.py'), 'utf8')
    wish('die', 3)
    await run(folder)
    done()

    writeFileSync(join(folder, 'train.py'), `${code}# other\n`)
    wish('die', 1)
    await run(folder)
    expect(done()).toEqual(['epoch 1'])

    writeFileSync(join(folder, 'train.py'), code)
    expect((await run(folder)).end).toMatchObject({ kind: 'passed' })
    expect(done()).toEqual(epochsFrom(4))
  })

  test('is empty where a stage is told to be done again', async () => {
    const { folder, wish, done } = await toyTrainer()
    wish('die', 3)
    await run(folder)
    done()

    expect((await run(folder, { from: 'train' })).end).toMatchObject({ kind: 'passed' })

    expect(done()).toEqual(epochsFrom(1))
  })

  test('is apart for the released fit, which goes on from its own', async () => {
    const { folder, wish, done } = await toyTrainer({ refit: true })
    for (const job of ['prepare', 'train', 'judge'] as const) await run(folder, { job })
    done()
    wish('die', 2)
    await run(folder, { job: 'refit' })
    expect(done()).toEqual(epochsFrom(1, 2))

    const { end, notes } = await run(folder, { job: 'refit' })

    expect(end).toMatchObject({ kind: 'passed' })
    expect(done()).toEqual(epochsFrom(3))
    expect(notes).toContainEqual(expect.stringMatching(/^refit goes on from its checkpoint/))
  })
})
