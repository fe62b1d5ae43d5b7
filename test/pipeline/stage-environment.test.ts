import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { type Progress, silent } from '../../action/base/progress.ts'
import { findCandidate } from '../../action/pipeline/find-candidate.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { lazyEnvironment } from '../../action/pipeline/stage-environment.ts'
import { pinData } from '../support/pin-data.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyTrain, tinyYaml } from '../support/tiny-project.ts'

const signal = new AbortController().signal

describe('lazyEnvironment()', () => {
  const wish = { requirements: null, setup: null, logFile: '', progress: silent, signal }

  test('leaves a project that asks for nothing to what is on PATH', async () => {
    const lazy = lazyEnvironment({ ...wish, project: projectOf(tempFolder()), caller: { PATH: '' } })

    expect(await lazy.interpreter({})).toBeUndefined()
    expect(await lazy.environment({})).toBeUndefined()
  })

  test('puts the pinned Python in front, where it alone is asked for', async () => {
    const root = tempFolder({
      'old/python3': '#!/bin/sh\necho "$0"; echo 3.10.1\n',
      'new/python3': '#!/bin/sh\necho "$0"; echo 3.12.4\n',
    })
    for (const name of ['old', 'new']) chmodSync(join(root, name, 'python3'), 0o755)
    const project = { ...projectOf(root), environment: { seed: 1, setup: [], lock: [], pythonVersion: '3.12' } }
    const caller = { PATH: `${root}/old:${root}/new`, HOME: root, PLUMBLINE_CACHE: join(root, 'cache') }

    const lazy = lazyEnvironment({ ...wish, project, caller })

    expect((await lazy.interpreter({}))?.version).toBe('3.12.4')
    expect(await lazy.environment({})).toEqual({ binFolders: [join(root, 'new')], variables: {} })
  })
})

describe('runPipeline() with environment.setup', () => {
  const lock = (version: string) =>
    JSON.stringify({
      name: 'parcels',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'parcels', dependencies: { 'the-dep': 'file:the-dep' } },
        'node_modules/the-dep': { resolved: 'the-dep', link: true },
        'the-dep': { version },
      },
    })
  const files = {
    'package.json': '{ "name": "parcels", "type": "module", "dependencies": { "the-dep": "file:the-dep" } }',
    'package-lock.json': lock('1.0.0'),
    'the-dep/package.json': '{ "name": "the-dep", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'the-dep/index.js': "export const word = 'from a package'\n",
    'train.mjs': `import { word } from 'the-dep'\n${tinyTrain}console.log(word, process.env.PLUMBLINE_ENVIRONMENT_DIR)\n`,
    'plumbline.yaml': `${tinyYaml}environment:
  setup: npm ci --ignore-scripts --no-audit --no-fund
  lock: [package.json, package-lock.json, the-dep/package.json, the-dep/index.js]
`,
  }

  async function run(folder: string, cache: string) {
    const notes: string[] = []
    const progress: Progress = { ...silent, note: (text) => notes.push(text) }
    const environment = { ...process.env, GITHUB_ACTIONS: undefined, PLUMBLINE_CACHE: cache }
    const end = await runPipeline({ folder, environment, progress, signal, now: () => new Date() })
    if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics))
    return { record: end.record, notes }
  }

  test('a stage imports what npm ci installed; a changed lock file trains anew', { timeout: 60_000 }, async () => {
    const project = await tinyProject({ files })
    const cache = tempFolder()
    await pinData(project.folder)

    const { record } = await run(project.folder, cache)

    expect(record.environment.setup).toMatch(/^[0-9a-f]{64}$/)
    const log = join(project.folder, '.plumbline/runs', record.runKey.slice(0, 16), 'logs/train.log')
    expect(readFileSync(log, 'utf8')).toContain(`from a package ${join(cache, 'environments')}`)
    const found = await findCandidate(project.folder)
    expect(found.ok && found.value.kind === 'ready' && Object.keys(found.value.candidate.servingFiles)).toEqual(
      expect.arrayContaining(['package-lock.json', 'the-dep/index.js']),
    )

    project.write('package-lock.json', lock('1.0.1'))
    const again = await run(project.folder, cache)

    expect(again.notes).toContain('train runs: environment setup, package-lock.json changed')
    expect(again.record.environment.setup).not.toBe(record.environment.setup)
  })

  test('diagnoses every lock file that is not there, before anything runs', async () => {
    const yaml = `${tinyYaml}environment: { setup: npm ci, lock: [a.lock, b.lock] }\n`
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
    await pinData(folder)
    const environment = { ...process.env, GITHUB_ACTIONS: undefined }

    const end = await runPipeline({ folder, environment, progress: silent, signal, now: () => new Date() })

    expect(end).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [
        { message: 'Cannot read "a.lock": no such file' },
        { message: 'Cannot read "b.lock": no such file' },
      ],
    })
  })
})
