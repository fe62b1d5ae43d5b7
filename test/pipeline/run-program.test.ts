import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { textsToMask } from '../../action/base/mask-secrets.ts'
import { programEnvironment } from '../../action/pipeline/program-environment.ts'
import { type Program, type ProgramRun, runProgram } from '../../action/pipeline/run-program.ts'
import { tempFolder } from '../support/temp-folder.ts'

interface Wish extends Partial<Program> {
  readonly command: Program['command']
}

async function run(wish: Wish): Promise<ProgramRun & { readonly text: string; readonly room: string }> {
  const room = tempFolder()
  const logFile = join(tempFolder(), 'stage.log')
  const program = await runProgram({
    folder: room,
    room,
    environment: { PATH: process.env['PATH'] ?? '' },
    logFile,
    masked: [],
    signal: new AbortController().signal,
    tell() {},
    ...wish,
  })
  return { ...program, room, text: await readFile(logFile, 'utf8').catch(() => '') }
}

/** Numbers of the processes of which the environment names this folder. */
function processesOf(room: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(room)
    } catch {
      return false
    }
  })
}

describe('runProgram()', () => {
  test('starts a program with its arguments as they are, without a shell', async () => {
    const { end, text } = await run({
      command: { file: process.execPath, args: ['-p', 'process.argv.slice(1)', '$HOME; a'] },
    })

    expect(end).toEqual({ kind: 'done' })
    expect(text).toBe("[ '$HOME; a' ]\n")
  })

  test('keeps everything that was printed in the log', async () => {
    const { end, text } = await run({ command: 'echo one; echo two >&2; printf three' })

    expect(end).toEqual({ kind: 'done' })
    expect(text.split('\n').sort()).toEqual(['', 'one', 'three', 'two'])
  })

  test('tells the code and the last lines of a failure', async () => {
    const { end } = await run({ command: 'echo why; exit 3' })

    expect(end).toMatchObject({ kind: 'failed', code: 3, lastLines: ['why'] })
  })

  test('masks secrets', async () => {
    const { text } = await run({ command: 'echo the password is hunter22', masked: ['hunter22'] })

    expect(text).toBe('the password is ***\n')
  })

  test('kills what the program left running, and does not wait for it', async () => {
    const { end, text } = await run({ command: '(sleep 3; echo late) & echo early', timeoutMs: 20_000 })

    expect(end).toEqual({ kind: 'done' })
    expect(text).toMatch(/^early\n/)
    expect(text).not.toContain('late')
  })

  test('tells and keeps the beginning of an endless line, and logs all of it', async () => {
    const { end, text } = await run({ command: `node -e "console.log('x'.repeat(1e6))"; exit 1` })

    expect(text).toHaveLength(1e6 + 1)
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
    expect((await run({ command: 'echo no', signal: controller.signal })).text).toBe('')
  })
})

const isLinux = process.platform === 'linux'
const node = (code: string) => `exec '${process.execPath}' -e '${code}'`

describe('runProgram() measures', () => {
  test.runIf(isLinux)('processor time of all processes, of those too that ended between two looks', async () => {
    const burn = 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done'

    const { resources } = await run({ command: `for n in 1 2 3 4; do sh -c '${burn}'; done` })
    const { resources: idle } = await run({ command: 'sleep 0.3' })

    expect(resources?.cpuSeconds).toBeGreaterThan(0.03)
    expect(idle?.cpuSeconds).toBeLessThan(0.03)
  })

  test.runIf(isLinux)('the processor time of what its parent did not wait for', async () => {
    const burn = 'const end = Date.now() + 700; while (Date.now() < end);'

    const { resources, left } = await run({ command: `setsid '${process.execPath}' -e '${burn}' >/dev/null 2>&1 &` })

    expect(left).toEqual([])
    expect(resources?.cpuSeconds).toBeGreaterThan(0.05)
  })

  test.runIf(isLinux)('memory of all processes together, what they share counted once', async () => {
    const hold = `const { existsSync, writeFileSync } = require("fs"); const held = Buffer.alloc(100e6, 1)
      writeFileSync(process.argv[1], ""); const all = process.argv.slice(1)
      const wait = setInterval(() => { if (all.every((name) => existsSync(name))) { clearInterval(wait); setTimeout(() => held.length, 1000) } }, 20)`

    const one = await run({ command: `${node(hold)} a` })
    const two = await run({ command: `(${node(hold)} a b) & (${node(hold)} b a) & wait` })

    expect(one.resources?.peakMemoryBytes).toBeGreaterThan(100e6)
    expect(two.resources?.peakMemoryBytes).toBeGreaterThan(200e6)
    expect(two.resources?.peakMemoryBytes).toBeLessThan(2.2 * (one.resources?.peakMemoryBytes ?? 0))
  })

  test('what it wrote, and not what lay there', async () => {
    const room = tempFolder({ laid: Buffer.alloc(3e6, 1) })

    const { resources } = await run({
      room,
      folder: room,
      command: `head -c 2000000 /dev/zero | tr '\\0' x > a; ln a b; mkdir c; cp a c/`,
    })

    expect(resources?.diskBytes).toBeGreaterThanOrEqual(4e6)
    expect(resources?.diskBytes).toBeLessThan(4.1e6)
  })
})

describe('runProgram() with limits', () => {
  test.runIf(isLinux)('stops what takes more memory, and says how much', async () => {
    const grow = 'const held = []; setInterval(() => held.push(Buffer.alloc(20e6, 1)), 20)'

    const { end, room } = await run({ command: node(grow), limits: { memoryBytes: 300e6 } })

    expect(end).toMatchObject({ kind: 'over-limit', over: { resource: 'memory', limitBytes: 300e6 } })
    expect(end.kind === 'over-limit' && end.over.peakBytes).toBeGreaterThan(300e6)
    expect(processesOf(room)).toEqual([])
  })

  test('stops what writes more', async () => {
    const { end } = await run({
      command: 'while :; do head -c 1000000 /dev/zero > $(mktemp ./XXXXXX); sleep 0.05; done',
      limits: { diskBytes: 5e6 },
    })

    expect(end).toMatchObject({ kind: 'over-limit', over: { resource: 'disk', limitBytes: 5e6 } })
  })

  test.runIf(existsSync('/usr/bin/taskset'))('holds it to its processors', async () => {
    const { text } = await run({ command: 'nproc', limits: { cpu: 1 } })

    expect(text).toBe('1\n')
  })
})

describe('runProgram() with a hostile program', () => {
  test.runIf(isLinux)('finds and kills daemons that left the group, the session and their parent', async () => {
    const { end, left, text, room } = await run({
      command: `sh -c "setsid sh -c 'sleep 77 & exec sleep 78' >/dev/null 2>&1 &"; (setsid env -i sleep 79 >/dev/null 2>&1 &); echo ready`,
    })

    expect(end.kind).toBe('done')
    expect([...left].sort()).toEqual(['sleep', 'sleep', 'sleep'])
    expect(text).toContain('killed what the program left running: sleep, sleep, sleep')
    expect(processesOf(room)).toEqual([])
  })

  test('kills what ignores SIGTERM after the grace', async () => {
    const { end, room } = await run({
      command: `trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & while :; do sleep 1; done`,
      timeoutMs: 200,
      graceMs: 300,
    })

    expect(end.kind).toBe('timed-out')
    expect(isLinux ? processesOf(room) : []).toEqual([])
  })

  test('gives what handles SIGTERM the time to do so, and counts it', async () => {
    const { end, text } = await run({
      command: `trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done`,
      timeoutMs: 500,
    })

    expect(end.kind).toBe('timed-out')
    expect(text).toMatch(/^ready\n[^]*saved\n$/)
  })

  test('says that a program, or the shell’s child, was killed by a signal', async () => {
    expect((await run({ command: 'kill -9 $$' })).end).toMatchObject({ kind: 'failed', signal: 'SIGKILL' })
    expect((await run({ command: `sh -c 'kill -9 $$'; exit $?` })).end).toMatchObject({ signal: 'SIGKILL' })
  })

  test('keeps the beginning and the end of a log without end, and counts the rest', async () => {
    const { log, text, end } = await run({
      command: `'${process.execPath}' -e 'for (let i = 0; i < 300000; i++) console.log("line " + i)'; exit 1`,
      logSize: { headBytes: 100_000, tailBytes: 100_000 },
    })

    expect(text).toMatch(/^line 0\nline 1\n/)
    expect(text).toMatch(/line 299999\n$/)
    expect(text).toMatch(/\n… plumbline leaves out 3\.\d MB here/)
    expect(Buffer.byteLength(text)).toBeLessThan(400_000)
    expect(log.droppedBytes).toBeGreaterThan(3_000_000)
    expect(end).toMatchObject({ lastLines: Array.from({ length: 15 }, (_, at) => `line ${299_985 + at}`) })
  })

  test('holds no endless line in memory', async () => {
    const before = process.memoryUsage().rss
    let most = 0
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 20)

    const { log } = await run({ command: 'head -c 200000000 /dev/zero | tr "\\0" x' })
    clearInterval(timer)

    expect(log.droppedBytes).toBeGreaterThan(170_000_000)
    expect(most - before).toBeLessThan(120e6)
  })

  test('ends well though its log cannot be written, and says why it is not whole', async () => {
    const { end, log } = await run({ command: 'echo one; echo two', logFile: '/dev/full' })

    expect(end.kind).toBe('done')
    expect(log.problem).toBe('ENOSPC')
  })

  test('finds a secret wherever a stream is cut', async () => {
    const { text } = await run({
      command: `printf hun; sleep 0.1; printf ter22; printf '\\n'; head -c 70000 /dev/zero | tr '\\0' -; printf hunter22; head -c 70000 /dev/zero | tr '\\0' -`,
      masked: ['hunter22'],
    })

    expect(text.replace(/-+/g, '-')).toBe('***\n-***-\n')
  })

  test('keeps of a progress bar what it came to, and replaces bytes that are no text', async () => {
    const { text, end } = await run({
      command: `printf ' 10%%\\r 50%%\\r100%%\\n\\377ok\\r\\nlast'; exit 1`,
    })

    expect(end).toMatchObject({ lastLines: ['100%', '\uFFFDok', 'last'] })
    expect(text).toBe(' 10%\r 50%\r100%\n\uFFFDok\r\nlast\n')
  })
})

describe('textsToMask()', () => {
  test('hides a secret of several lines, one inside another, and one in an address', async () => {
    const secrets = ['abcd', 'abcdefgh', '-----KEY-----\nc2VjcmV0\n}\n', 'p@ss word']

    const { text } = await run({
      command: `printf '%s\\n' abcdefgh c2VjcmV0 'https://me:p%40ss%20word@host' '{}'`,
      masked: textsToMask(secrets),
    })

    expect(text).toBe('***\n***\nhttps://me:***@host\n{}\n')
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
