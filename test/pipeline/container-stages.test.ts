import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { isProcessAlive } from '../../action/base/is-process-alive.ts'
import { silent } from '../../action/base/progress.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { type FakeEngine, fakeEngine, pathWithoutEngine } from '../support/fake-engine.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const digest = `sha256:${'a'.repeat(64)}`
const image = `registry.example/node@${digest}`
const yaml = tinyYaml.replace(
  'run: node train.mjs',
  `run: node train.mjs\n    container: ${image}\n    secrets: [TOKEN]`,
)

interface Wish {
  readonly engine?: FakeEngine
  readonly variables?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

async function run(folder: string, { engine, variables = {}, signal }: Wish = {}) {
  const PATH = engine?.PATH ?? pathWithoutEngine()
  const environment = { ...process.env, GITHUB_ACTIONS: undefined, TOKEN: 'hunter22', ...variables, PATH }
  const end = await runPipeline({
    folder,
    environment,
    progress: silent,
    signal: signal ?? new AbortController().signal,
    now: () => new Date(),
  })
  if (end.kind !== 'passed') throw new Error(JSON.stringify(end, null, 1))
  return end.record
}

async function project(files: Readonly<Record<string, string>> = {}) {
  const made = await tinyProject({ files: { 'plumbline.yaml': yaml, ...files } })
  await pinData(made.folder)
  return made
}

describe('runPipeline() with a container', () => {
  test('runs the stage in it, and only that', { timeout: 60_000 }, async () => {
    const { folder } = await project()
    const engine = fakeEngine()

    const record = await run(folder, { engine })

    const calls = engine.said('run')
    expect(calls.map(({ args }) => args.at(-1))).toEqual(['node train.mjs', 'node train.mjs'])
    expect(calls[0]?.args.join(' ')).toContain(image)
    expect(calls[0]?.args.join(' ')).not.toContain('hunter22')
    expect(calls[0]?.env['TOKEN']).toBe('hunter22')
    expect(calls[0]?.env).not.toHaveProperty('PLUMBLINE_OUT_MODEL')
    expect(record.environment.containers).toEqual({ train: image })
    expect(engine.said('rm')).toEqual([])
  })

  test('keeps its result when the same image comes from elsewhere, and not when it is another', async () => {
    const made = await project()
    const engine = fakeEngine()
    const first = await run(made.folder, { engine })

    made.write('plumbline.yaml', yaml.replace('registry.example/node@', 'mirror.example/team/node:20@'))
    const mirrored = await run(made.folder, { engine })
    expect(mirrored.runKey).toBe(first.runKey)
    expect(mirrored.stages.find(({ name }) => name === 'train')?.outcome).toBe('cached')

    made.write('plumbline.yaml', yaml.replace(digest, `sha256:${'b'.repeat(64)}`))
    expect((await run(made.folder, { engine })).runKey).not.toBe(first.runKey)
  })

  test('leaves the project’s environment out of it, and out of its key', async () => {
    const made = await project()
    const engine = fakeEngine()
    const first = await run(made.folder, { engine })
    made.write('plumbline.yaml', `${yaml}environment: { setup: 'true' }\n`)

    const record = await run(made.folder, { engine, variables: { PLUMBLINE_CACHE: tempFolder() } })

    const keyOf = (stage: string, { stages }: typeof record) => stages.find(({ name }) => name === stage)?.key
    expect(keyOf('train', record)).toBe(keyOf('train', first))
    expect(keyOf('predict', record)).not.toBe(keyOf('predict', first))
    expect(engine.said('run')).toHaveLength(2)
  })

  test('needs no engine where its job says that it runs in that very image', async () => {
    const { folder } = await project()

    const record = await run(folder, { variables: { PLUMBLINE_CONTAINER: image } })

    expect(record.outcome).toBe('passed')
  })

  test('is a clear fault without an engine', async () => {
    const { folder } = await project()

    await expect(run(folder)).rejects.toMatchObject({
      code: 'stage/no-engine',
      message: expect.stringMatching(/^Cannot run stage "train" in its container: .*docker is not on PATH; podman/),
    })
  })

  test('tells an engine that could not start it from a program that failed', async () => {
    const { folder } = await project()
    const engine = fakeEngine()
    engine.refuse('docker: manifest unknown.')

    await expect(run(folder, { engine })).rejects.toMatchObject({
      code: 'stage/container',
      message: expect.stringMatching(/docker could not\n {4}docker: manifest unknown\./),
    })
  })

  test('a program that fails there fails as anywhere', async () => {
    const { folder } = await project({ 'train.mjs': "console.error('no luck'); process.exit(3)" })

    await expect(run(folder, { engine: fakeEngine() })).rejects.toMatchObject({
      code: 'stage/failed',
      message: expect.stringMatching(/code 3[\s\S]*no luck/),
    })
  })

  test('ends a container that ignores SIGTERM with the run that is interrupted', { timeout: 60_000 }, async () => {
    const place = tempFolder()
    const program = `import { writeFileSync } from 'node:fs'
process.on('SIGTERM', () => {})
writeFileSync(${JSON.stringify(join(place, 'pid'))}, String(process.pid))
setInterval(() => {}, 1000)
`
    const { folder } = await project({ 'train.mjs': program })
    const engine = fakeEngine()
    const interrupting = new AbortController()
    const running = run(folder, { engine, signal: interrupting.signal })
    running.catch(() => undefined)
    while (!existsSync(join(place, 'pid'))) await sleep(20)
    const pid = Number(readFileSync(join(place, 'pid'), 'utf8'))

    interrupting.abort()

    await expect(running).rejects.toMatchObject({ code: 'interrupted' })
    expect(engine.said('rm').map(({ args }) => args)).toEqual([['--force', expect.stringMatching(/^plumbline-room-/)]])
    // A dead process whose parent died is there until init takes note of it.
    await expect.poll(() => isProcessAlive(pid), { timeout: 10_000 }).toBe(false)
  })
})
