import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import { reproduce } from '../../action/commands/reproduce.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import type { Reproduction } from '../../action/pipeline/reproduce-run.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { plumbline } from '../support/command-line.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { schemaOf } from '../support/result-schema.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type TinyProject, tinyPredict, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const inputs = { run: 'latest', 'keep-environment': false }

async function reproduced({ folder }: TinyProject, asked = 'latest'): Promise<Reproduction & { text: string }> {
  const outcome = await reproduce.run({ ...inputs, run: asked }, contextOf(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  expect(outcome.kind).toBe(outcome.result.isSame ? 'done' : 'no')
  return { ...outcome.result, text: (await reproduce.report(outcome.result)).text }
}

async function tagOf({ folder }: TinyProject): Promise<string> {
  const outcome = await register.run({ param: [] }, contextOf(folder))
  if (outcome.kind !== 'done' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

/** Every file of a folder with its size and time, less what the embedded GitHub keeps. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('.plumbline/github'))
    .map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`)
    .sort()
}

/** A model into which the program writes something besides. */
function trainWriting(expression: string): string {
  return tinyTrain.replace('JSON.stringify(reader', `JSON.stringify({ salt: ${expression} }) + JSON.stringify(reader`)
}

const readingBoth = tinyPredict.replace(
  "JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN, 'utf8'))",
  "JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN, 'utf8').replace(/^\\{[^}]*\\}(?=\\{)/, ''))",
)

async function runSalted(expression: string, files: Readonly<Record<string, string>> = {}): Promise<TinyProject> {
  return await runProject({ files: { 'train.mjs': trainWriting(expression), 'predict.mjs': readingBoth, ...files } })
}

describe('reproduce', () => {
  test('rebuilds a release byte by byte, and touches nothing of the project', async () => {
    const project = await runProject()
    const tag = await tagOf(project)
    const before = filesOf(project.folder)

    const made = await reproduced(project, tag)

    expect(made).toMatchObject({ tag, isSame: true, causes: [], environment: [] })
    expect(made.outputs.map(({ stage, output }) => `${stage} ${output}`)).toEqual(
      expect.arrayContaining(['train model', 'predict predictions', 'refit model']),
    )
    expect(made.metrics.length).toBeGreaterThan(3)
    expect(made.text).toContain(`SAME  ${tag} comes out again`)
    expect(filesOf(project.folder)).toEqual(before)
    expect(await project.git('worktree', 'list')).not.toContain('\n')
  })

  test('rebuilds a run that was not released, by its key, from the commit that it was of', async () => {
    const project = await runProject()
    project.write('train.mjs', 'process.exit(1)')
    await commitAll(project, 'Broken later')
    const [key = ''] = readdirSync(join(project.folder, '.plumbline/runs'))

    const made = await reproduced(project, key.slice(0, 6))

    expect(made).toMatchObject({ tag: null, isSame: true })
  })

  test('calls no hook', async () => {
    const file = join(tempFolder(), 'called')
    const hooks = `hooks: { always: { run: "echo x >> ${file}" } }\n`
    const project = await runProject({ files: { 'plumbline.yaml': `${tinyYaml}${hooks}` } })
    const called = readFileSync(file, 'utf8')

    await reproduced(project)

    expect(readFileSync(file, 'utf8')).toBe(called)
  })

  test.each([
    ['the time', 'Date.now()', 'time', 'it writes the time at which it runs'],
    ['chance', 'Math.random()', 'each run', 'no two runs here agree'],
    ['threads', "process.env.OMP_NUM_THREADS === '1' ? 1 : Math.random()", 'threads', 'agree with one thread'],
    [
      'the order of hashes',
      "process.env.PYTHONHASHSEED === '0' ? 1 : Math.random()",
      'hash order',
      'agree with PYTHONHASHSEED=0',
    ],
  ])('names %s where it makes the difference', async (_, expression, kind, words) => {
    const project = await runSalted(expression)

    const made = await reproduced(project)

    expect(made.isSame).toBe(false)
    expect(made.causes).toEqual([{ stage: 'train', outputs: ['model'], kind, members: [] }])
    expect(made.text).toContain(words)
    // What follows from the model comes out the same, and is said so.
    expect(made.outputs.find(({ stage }) => stage === 'predict')?.isSame).toBe(true)
    expect(made.metrics.every(({ isSame }) => isSame)).toBe(true)
  })

  test('names the machine where two runs here agree', async () => {
    const machine = join(tempFolder({ machine: 'the one' }), 'machine')
    const program = `(await import('node:fs')).readFileSync(${JSON.stringify(machine)}, 'utf8')`
    const project = await runSalted(program)
    writeFileSync(machine, 'another')

    const made = await reproduced(project)

    expect(made.causes[0]).toMatchObject({ stage: 'train', kind: 'machine' })
  })

  test('takes the data of a file store, where no commit holds it', async () => {
    const project = await storedProject()
    rmSync(join(project.folder, 'data/parcels.csv'))

    expect(await reproduced(project)).toMatchObject({ isSame: true })
  })

  test('says that the store holds other bytes than were pinned', async () => {
    const project = await storedProject()
    rmSync(join(project.folder, 'data/parcels.csv'))
    const store = join(project.folder, '.plumbline/store')
    const [kept = ''] = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    )
    const bytes = readFileSync(join(store, kept))
    bytes[bytes.length - 2] = 0x39
    rmSync(join(store, kept))
    writeFileSync(join(store, kept), bytes)

    await expect(reproduced(project)).rejects.toMatchObject({ code: 'store/damaged' })
  })

  test('refuses a run of what was not committed, one that failed, and one that there is not', async () => {
    const uncommitted = await runProject()
    uncommitted.write('train.mjs', `${tinyTrain}// edited\n`)
    await rerun(uncommitted)
    const failed = await runProject().then(async (project) => {
      project.write('train.mjs', 'process.exit(3)')
      await commitAll(project, 'Broken')
      await rerun(project).catch(() => undefined)
      return project
    })

    await expect(reproduced(uncommitted)).rejects.toMatchObject({ code: 'reproduce/uncommitted' })
    await expect(reproduced(failed)).rejects.toMatchObject({ code: 'reproduce/not-finished' })
    await expect(reproduced(failed, 'parcels-v9')).rejects.toMatchObject({ code: 'runs/unknown' })
  })

  test('refuses a commit that this clone lacks', async () => {
    const project = await runProject()
    for (const file of readdirSync(join(project.folder, '.plumbline'), { recursive: true, encoding: 'utf8' })) {
      const path = join(project.folder, '.plumbline', file)
      if (!file.endsWith('.json') || !statSync(path).isFile()) continue
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/"commit": "[0-9a-f]{40}"/, `"commit": "${'ab'.repeat(20)}"`),
      )
    }

    await expect(reproduced(project)).rejects.toMatchObject({ code: 'reproduce/no-commit' })
  })

  test('prints what its schema says', async () => {
    const project = await runSalted('Date.now()')
    const isValid = schemaOf('reproduce')
    for (const asked of ['latest', 'nothing']) {
      const context = contextOf(project.folder)
      const ending = await settle(() => runCommand(reproduce, { ...inputs, run: asked }, context), context.signal)
      const printed: unknown = JSON.parse(jsonEnding('reproduce', ending))
      expect(isValid(printed) ? [] : isValid.errors).toEqual([])
    }
  })

  test('leaves nothing behind that the next one does not remove, where it is killed', {
    timeout: 120_000,
  }, async () => {
    const project = await runProject()
    const temporary = tempFolder()
    const environment = { TMPDIR: temporary }
    const stop = new AbortController()
    const isUnderWay = () => readdirSync(temporary).some((name) => name.startsWith('plumbline-room-'))
    const watch = setInterval(() => isUnderWay() && stop.abort(), 20)
    const killed = await plumbline(project.folder, ['reproduce', 'latest'], { environment, signal: stop.signal })
    clearInterval(watch)
    expect(killed.code).toBe(null)
    expect(readdirSync(temporary).some((name) => name.startsWith('plumbline-reproduce-'))).toBe(true)

    const again = await plumbline(project.folder, ['reproduce', 'latest'], { environment })

    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('SAME') })
    expect(readdirSync(temporary).filter((name) => name.startsWith('plumbline-r'))).toEqual([])
    expect(await project.git('status', '--porcelain')).toBe('')
  })
})

/** A project whose data git does not know. */
async function storedProject(): Promise<TinyProject> {
  const yaml = tinyYaml.replace('data: { source: data/*.csv }', 'data: { source: data/*.csv, store: file }')
  const project = await runProject({ files: { '.gitignore': '.plumbline/\ndata/\n', 'plumbline.yaml': yaml } })
  expect(await project.git('ls-files', 'data')).toBe('')
  await snapshot.run(snapshotInputs, contextOf(project.folder))
  return project
}
