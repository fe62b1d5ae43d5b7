import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { textsToMask } from '../../action/base/mask-secrets.ts'
import { programEnvironment } from '../../action/pipeline/program-environment.ts'
import { type Command, type ProgramEnd, runProgram } from '../../action/pipeline/run-program.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Wish {
  readonly command: Command
  readonly masked?: readonly string[]
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

async function run({ command, masked = [], timeoutMs, signal }: Wish): Promise<{ end: ProgramEnd; log: string }> {
  const logFile = join(folder, `${Math.random()}.log`)
  const end = await runProgram({
    command,
    folder,
    environment: { PATH: process.env['PATH'] ?? '' },
    logFile,
    masked,
    signal: signal ?? new AbortController().signal,
    tell() {},
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  return { end, log: await readFile(logFile, 'utf8').catch(() => '') }
}

describe('runProgram()', () => {
  test('starts a program with its arguments as they are, without a shell', async () => {
    const { end, log } = await run({
      command: { file: process.execPath, args: ['-p', 'process.argv.slice(1)', '$HOME; a'] },
    })

    expect(end).toEqual({ kind: 'done' })
    expect(log).toBe("[ '$HOME; a' ]\n")
  })

  test('keeps everything that was printed in the log', async () => {
    const { end, log } = await run({ command: 'echo one; echo two >&2; printf three' })

    expect(end).toEqual({ kind: 'done' })
    expect(log.split('\n').sort()).toEqual(['', 'one', 'three', 'two'])
  })

  test('tells the code and the last lines of a failure', async () => {
    const { end } = await run({ command: 'echo why; exit 3' })

    expect(end).toMatchObject({ kind: 'failed', code: 3, lastLines: ['why'] })
  })

  test('masks secrets', async () => {
    const { log } = await run({ command: 'echo the password is hunter22', masked: ['hunter22'] })

    expect(log).toBe('the password is ***\n')
  })

  test('kills what the program left running, and does not wait for it', async () => {
    const { end, log } = await run({ command: '(sleep 3; echo late) & echo early', timeoutMs: 20_000 })

    expect(end).toEqual({ kind: 'done' })
    expect(log).toBe('early\n')
  })

  test('tells and keeps the beginning of an endless line, and logs all of it', async () => {
    const { end, log } = await run({ command: `node -e "console.log('x'.repeat(1e6))"; exit 1` })

    expect(log).toHaveLength(1e6 + 1)
    expect(end).toMatchObject({ lastLines: [`${'x'.repeat(2000)}…`] })
  })

  test('stops the whole process group at the timeout', async () => {
    const { end } = await run({ command: 'sleep 60 & sleep 60', timeoutMs: 100 })

    expect(end.kind).toBe('timed-out')
  })

  test('stops when interrupted, and does not start when it was before', async () => {
    const controller = new AbortController()
    const running = run({ command: 'sleep 60', signal: controller.signal })
    controller.abort()

    expect((await running).end.kind).toBe('interrupted')
    expect((await run({ command: 'echo no', signal: controller.signal })).log).toBe('')
  })
})

describe('textsToMask()', () => {
  test('hides a secret of several lines, one inside another, and one in an address', async () => {
    const secrets = ['abcd', 'abcdefgh', '-----KEY-----\nc2VjcmV0\n}\n', 'p@ss word']

    const { log } = await run({
      command: `printf '%s\\n' abcdefgh c2VjcmV0 'https://me:p%40ss%20word@host' '{}'`,
      masked: textsToMask(secrets),
    })

    expect(log).toBe('***\n***\nhttps://me:***@host\n{}\n')
  })
})

test('programEnvironment() passes nothing of the caller but the allow-list', () => {
  const environment = programEnvironment({
    caller: {
      PATH: '/bin',
      GITHUB_TOKEN: 't',
      INPUT_TOKEN: 't',
      ACTIONS_RUNTIME_TOKEN: 't',
      AWS_SECRET: 's',
      API_KEY: 'k',
    },
    binFolders: ['/venv/bin'],
    home: '/room/home',
    temp: '/room/tmp',
    env: { MODE: 'fast' },
    secrets: ['API_KEY'],
    plumbline: { PLUMBLINE_SEED: '42' },
  })

  expect(environment).toEqual({
    PATH: '/venv/bin:/bin',
    HOME: '/room/home',
    TMP: '/room/tmp',
    TMPDIR: '/room/tmp',
    TEMP: '/room/tmp',
    LANG: 'C.UTF-8',
    MODE: 'fast',
    API_KEY: 'k',
    PLUMBLINE_SEED: '42',
  })
})
