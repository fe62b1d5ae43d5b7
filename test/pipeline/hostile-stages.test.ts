import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { isProcessAlive } from '../../action/base/is-process-alive.ts'
import type { Progress } from '../../action/base/progress.ts'
import { removeDeadDrafts } from '../../action/pipeline/remove-dead-drafts.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { digestOf } from '../../action/pipeline/stage-result.ts'
import { pinData } from '../support/pin-data.ts'
import { runMain } from '../support/run-main.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const isLinux = process.platform === 'linux'

/** A project whose `train` runs this program, with these keys beside it. */
async function projectWith(program: string, keys = '', env: Readonly<Record<string, string>> = {}) {
  const variables = Object.entries(env).map(([name, value]) => `${name}: ${JSON.stringify(value)}, `)
  const yaml = tinyYaml.replace('run: node train.mjs', `run: node train.mjs${keys && `\n    ${keys}`}`)
  const project = await tinyProject({
    files: { 'train.mjs': program, 'plumbline.yaml': yaml.replace('env: { ', `env: { ${variables.join('')}`) },
  })
  await pinData(project.folder)
  return project
}

async function run(folder: string) {
  const warnings: string[] = []
  const progress: Progress = {
    started() {},
    update() {},
    finished() {},
    note() {},
    warn: (text) => warnings.push(text),
  }
  const end = await runPipeline({
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: undefined },
    progress,
    signal: new AbortController().signal,
    now: () => new Date(),
  }).catch((error: unknown) => ({ kind: 'threw' as const, error }))
  return { end, warnings }
}

function storedRecord(folder: string): RunRecord {
  const runs = join(folder, '.plumbline/runs')
  const name = readdirSync(runs).find((each) => existsSync(join(runs, each, 'run.json'))) ?? ''
  return JSON.parse(readFileSync(join(runs, name, 'run.json'), 'utf8')) as RunRecord
}

const trainIn = ({ stages }: RunRecord) => stages.find(({ name }) => name === 'train')

describe('runStage() measures', () => {
  test('what a stage took, also of one from the cache, but no time of the clock on the wall', async () => {
    const { folder } = await projectWith(tinyTrain)
    await run(folder)
    const first = trainIn(storedRecord(folder))

    await run(folder)
    const second = trainIn(storedRecord(folder))

    expect(first?.resources?.cpuSeconds).toBeGreaterThan(0)
    expect(first?.resources?.peakMemoryBytes).toBeGreaterThan(10e6)
    expect(first?.resources?.diskBytes).toBeGreaterThan(0)
    expect(second).toMatchObject({ outcome: 'cached', resources: first?.resources })
  })

  test.runIf(isLinux)('what a stage took that is stopped for it, and says peak and limit', async () => {
    const program = 'const held = []; setInterval(() => held.push(Buffer.alloc(20e6, 1)), 20)'
    const { folder } = await projectWith(program, 'resources: { memory: 300 MB }')

    const { end } = await run(folder)

    expect(end).toMatchObject({
      kind: 'threw',
      error: {
        code: 'stage/over-limit',
        message: expect.stringMatching(
          /^Cannot finish stage "train": it took [3-9]\d\d MB of memory; its limit is 300 MB \(plumbline.yaml:7\)/,
        ),
      },
    })
    expect(trainIn(storedRecord(folder))).toMatchObject({ outcome: 'failed' })
    expect(trainIn(storedRecord(folder))?.resources?.peakMemoryBytes).toBeGreaterThan(300e6)
  })

  test('a stage that writes more than it may, whatever code it ends with', async () => {
    const program = `${tinyTrain}\nwriteFileSync('spoil', Buffer.alloc(3e6, 1))`
    const { folder } = await projectWith(program, 'resources: { disk: 2 MB }')

    const { end } = await run(folder)

    expect(end).toMatchObject({
      error: { code: 'stage/over-limit', message: expect.stringContaining('it took 3 MB of disk; its limit is 2 MB') },
    })
  })

  test('how much of its log is left out', async () => {
    const program = `${tinyTrain}\nfor (let at = 0; at < 300; at += 1) console.log('x'.repeat(99_999))`
    const { folder } = await projectWith(program)

    await run(folder)

    expect(trainIn(storedRecord(folder))?.droppedLogBytes).toBeGreaterThan(9e6)
  })
})

describe('runStage() with a hostile stage', () => {
  test.each([
    [
      'fills the disk',
      "import { writeFileSync } from 'node:fs'; writeFileSync('/dev/full', 'x')",
      'stage/disk-full',
      /the disk is full, of which it took/,
    ],
    [
      'is killed',
      "process.kill(process.pid, 'SIGKILL')",
      'stage/failed',
      /killed by SIGKILL: likely for want of memory; it held [\d.]+ MB/,
    ],
    [
      'writes a pipe for an output',
      "import { execFileSync } from 'node:child_process'; execFileSync('mkfifo', [process.env.PLUMBLINE_OUT_MODEL])",
      'stage/linked-output',
      /is a link or a device/,
    ],
  ])('says what happened where it %s', async (_, program, code, message) => {
    const { folder } = await projectWith(program)

    const { end } = await run(folder)

    expect(end).toMatchObject({ error: { code, message: expect.stringMatching(message) } })
  })

  test('keeps the inputs of a run as they were recorded', async () => {
    const spoil = `${tinyTrain}\nwriteFileSync(features, 'spoilt')`
    const { folder } = await projectWith(spoil)

    const { end } = await run(folder)

    expect(end.kind, 'error' in end ? String(end.error) : '').toBe('passed')
    const split = storedRecord(folder).stages.find(({ name }) => name === 'split')
    const [place = ''] = readdirSync(join(folder, '.plumbline/stages/split'))
    const train = join(folder, '.plumbline/stages/split', place, 'out/train.parquet')
    expect(await digestOf(train)).toBe(split?.outputs['train'])
  })

  test('warns of files of the project that changed meanwhile', async () => {
    const place = tempFolder()
    const program = `${tinyTrain}
const { appendFileSync, readFileSync: read } = await import('node:fs')
appendFileSync(read(process.env.PLACE, 'utf8') + '/data/parcels.csv', 'x')`
    const { folder } = await projectWith(program, '', { PLACE: join(place, 'project') })
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(place, 'project'), folder)

    const { warnings } = await run(folder)

    expect(warnings).toContain(
      'while stage "train" ran, files of the project changed: data/parcels.csv; a stage writes to PLUMBLINE_OUT_… alone',
    )
  })

  test('stops where a later stage would read other bytes than its key says', async () => {
    const place = tempFolder()
    const program = `${tinyTrain}
const { appendFileSync, readFileSync: read } = await import('node:fs')
appendFileSync(read(process.env.PLACE, 'utf8') + '/predict.mjs', '// other')`
    const { folder } = await projectWith(program, '', { PLACE: join(place, 'project') })
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(place, 'project'), folder)

    const { end } = await run(folder)

    expect(end).toMatchObject({
      error: {
        code: 'stage/changed-read',
        message: expect.stringContaining('"predict.mjs" changed since this run began'),
      },
    })
  })

  test('lets nothing that it prints be obeyed by a runner, or move a cursor', async () => {
    const lines = [
      '::error::pwned',
      ' ::add-mask::model',
      '##[set-output name=a]b',
      '::stop-commands::x',
      '\\u001b[2J\\u001b]0;t\\u0007up',
      '10%\\r::error::bar',
      '\\u0085::warning::nel',
    ]
    const program = `for (const line of ${JSON.stringify(lines).replaceAll('\\\\', '\\')}) console.log(line)\nprocess.exit(1)`
    const { folder } = await projectWith(program)

    const step = await runMain({ inputs: { command: 'run' }, folder })

    expect(step.code).toBe(1)
    expect(step.commands.filter((command) => !command.startsWith('::error title=stage/failed::'))).toEqual([])
    const log = step.stdout.split('\n').filter((line) => !line.startsWith('::error title=stage/failed::'))
    expect(log.join('\n')).toContain('pwned')
    // oxlint-disable-next-line no-control-regex -- the runner and terminals obey them
    expect(log.filter((line) => /^[\s\u0085]*::|##\[|[\u0000-\u0008\u000b-\u001f\u0080-\u009f]/.test(line))).toEqual([])
  })
})

test.runIf(isLinux)('removeDeadDrafts() ends what goes on in the room of a run that was killed', async () => {
  const gone = spawn('true')
  await once(gone, 'exit')
  const room = join(tmpdir(), `plumbline-room-${gone.pid}-tested`)
  mkdirSync(join(room, 'files'), { recursive: true })
  const left = spawn('sleep', ['60'], { detached: true, env: { ...process.env, PLUMBLINE_ROOM: room } })
  onTestFinished(() => void left.kill('SIGKILL'))
  const ended = once(left, 'exit')

  await removeDeadDrafts(tempFolder())
  await ended

  expect(isProcessAlive(left.pid ?? 0)).toBe(false)
  expect(existsSync(room)).toBe(false)
})
