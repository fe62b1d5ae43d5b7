import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { type Progress, silent } from '../../action/base/progress.ts'
import { runAttempts } from '../../action/pipeline/run-attempts.ts'
import type { ProgramStage, RetryPolicy } from '../../action/project/project.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

interface Wish {
  /** A shell command; `$COUNT` is a file in which it can count its attempts. */
  readonly command: string
  readonly retry?: RetryPolicy
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly onNote?: (text: string) => void
  readonly out?: ProgramStage['out']
}

const quickly: RetryPolicy = { attempts: 3, backoffMs: 1, factor: 1 }
/** Fails in its first attempts, each of which leaves something behind, then ends well. */
const failsTimes = (times: number, how = 'exit 3') =>
  `echo x >> "$COUNT"; ls > seen; test -f left && exit 9; touch left; echo attempt $(wc -l < "$COUNT"); if [ $(wc -l < "$COUNT") -le ${times} ]; then ${how}; fi; echo made > "$PLUMBLINE_OUT_MODEL"`

function given({ command, retry, timeoutMs, signal, onNote, out }: Wish) {
  const folder = tempFolder()
  const notes: string[] = []
  const progress: Progress = {
    ...silent,
    note(text) {
      notes.push(text)
      onNote?.(text)
    },
  }
  const stage: ProgramStage = {
    name: 'train',
    needs: [],
    run: command,
    out: out ?? { model: { path: 'model.txt', kind: 'model' } },
    env: { COUNT: join(folder, 'count') },
    secrets: [],
    line: 7,
    ...(retry && { retry }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
  const logs = join(folder, 'logs')
  const run = (random = () => 1) =>
    runAttempts(
      {
        project: projectOf(folder),
        stage,
        name: 'train',
        reads: {},
        inputs: {},
        environment: undefined,
        caller: { PATH: process.env['PATH'] },
        logFile: join(logs, 'train.log'),
        progress,
        signal: signal ?? new AbortController().signal,
      },
      join(folder, 'work'),
      random,
    )
  return {
    run,
    notes,
    work: join(folder, 'work'),
    logs: () => readdirSync(logs).sort(),
    log: (name: string) => readFileSync(join(logs, name), 'utf8'),
    executions: () => (existsSync(join(folder, 'count')) ? readFileSync(join(folder, 'count'), 'utf8').length / 2 : 0),
  }
}

describe('runAttempts()', () => {
  test.each([
    ['fails', 'exit 3', 'it ended with code 3'],
    ['is killed', 'kill -9 $$', 'it was killed by SIGKILL'],
  ])('runs a program again that %s, each time in a folder of its own, and keeps each log', async (_, how, words) => {
    const { run, notes, logs, log, executions, work } = given({ command: failsTimes(2, how), retry: quickly })

    expect(await run()).toEqual({ outputs: { model: 'model.txt' }, attempts: 3 })

    expect(executions()).toBe(3)
    expect(readFileSync(join(work, 'out/model.txt'), 'utf8')).toBe('made\n')
    expect(logs()).toEqual(['train.2.log', 'train.3.log', 'train.log'])
    expect([log('train.log'), log('train.2.log'), log('train.3.log')]).toEqual([
      'attempt 1\n',
      'attempt 2\n',
      'attempt 3\n',
    ])
    expect(notes).toEqual([`train: attempt 2 of 3 in 0.0 s: ${words}`, `train: attempt 3 of 3 in 0.0 s: ${words}`])
  })

  test('runs a program again that ran longer than its timeout', async () => {
    const { run, notes } = given({ command: failsTimes(1, 'sleep 60'), retry: quickly, timeoutMs: 3000 })

    expect(await run()).toMatchObject({ attempts: 2 })
    expect(notes).toEqual(['train: attempt 2 of 3 in 0.0 s: it ran longer than its timeout'])
  })

  test('tells how often it tried, and of the last attempt what happened', async () => {
    const { run, executions, logs } = given({ command: failsTimes(9), retry: quickly })

    await expect(run()).rejects.toMatchObject({
      code: 'stage/failed',
      attempts: 3,
      message: expect.stringMatching(
        /^Cannot finish stage "train" in 3 attempts: it ended with code 3; expected 0\n {4}attempt 3$/,
      ),
      remedy: expect.stringMatching(/train\.3\.log$/),
    })
    expect(executions()).toBe(3)
    expect(logs()).toHaveLength(3)
  })

  test('runs once without `retry:`', async () => {
    const { run, executions } = given({ command: failsTimes(9) })

    await expect(run()).rejects.toMatchObject({ code: 'stage/failed', attempts: 1 })
    expect(executions()).toBe(1)
  })

  test.each([
    ['a missing output', 'echo x >> "$COUNT"', 'stage/no-output'],
    ['a linked output', 'echo x >> "$COUNT"; ln -s /etc/passwd "$PLUMBLINE_OUT_MODEL"', 'stage/linked-output'],
    ['a program that is not there', 'echo x >> "$COUNT"; no-such-program', 'stage/failed'],
  ])('does not run again for %s', async (_, command, code) => {
    const { run, executions } = given({ command, retry: quickly })

    await expect(run()).rejects.toMatchObject({ code })
    expect(executions()).toBe(1)
  })

  test('does not run again once interrupted, and stops waiting at once', async () => {
    const controller = new AbortController()
    const { run, executions } = given({
      command: failsTimes(9),
      retry: { attempts: 3, backoffMs: 3_600_000, factor: 1 },
      signal: controller.signal,
      onNote: () => controller.abort(),
    })

    await expect(run()).rejects.toMatchObject({ code: 'interrupted' })
    expect(executions()).toBe(1)
  })

  test('leaves no log of an earlier run that needed more attempts', async () => {
    const { run, logs } = given({ command: failsTimes(1), retry: quickly })
    await run()
    expect(logs()).toEqual(['train.2.log', 'train.log'])

    await run()

    expect(logs()).toEqual(['train.log'])
  })
})
