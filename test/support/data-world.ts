import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { sha256 } from '../../action/base/sha256.ts'
import { dataGc } from '../../action/commands/data-gc.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { openStore } from '../../action/data/stores/store.ts'
import { formatDataLock, type LockEntry, readDataLock } from '../../action/project/data-lock.ts'
import type { Project } from '../../action/project/project.ts'
import { readProject } from '../../action/project/read-project.ts'
import type { GarbageSummary } from '../../action/report/report-data.ts'
import { git, push, type TestGitHub, testGitHub } from './local-github.ts'
import { contextOf } from './registered-project.ts'
import { type S3Fake, s3Fake } from './s3-fake.ts'
import { tempFolder } from './temp-folder.ts'
import { tinyProject, tinyYaml } from './tiny-project.ts'

/** Several clones' worth of one repository whose data is kept elsewhere, on an embedded GitHub, with the clock of the test. */
export interface DataWorld extends AsyncDisposable {
  readonly github: TestGitHub
  readonly s3: S3Fake
  readonly project: Project
  readonly context: CommandContext
  /** Brings files with these contents to the store, as `snapshot --push` does; the lock that names them. */
  pushData(contents: readonly string[]): Promise<string>
  /** Makes a commit on a branch whose lock is this; another path for another model. */
  land(branch: string, lock: string, path?: string): Promise<string>
  deleteBranch(branch: string): Promise<void>
  gc(
    more?: { readonly 'dry-run'?: boolean; readonly shared?: boolean },
    context?: Partial<CommandContext>,
  ): Promise<GarbageSummary>
  /** The contents that cannot be had of what a lock names. */
  missing(lock: string): Promise<readonly string[]>
}

export async function dataWorld(
  store: 's3' | 'releases',
  options: Parameters<typeof testGitHub>[0] = {},
): Promise<DataWorld> {
  const where = store === 's3' ? '{ s3: acme/parcels }' : 'releases'
  const yaml = `${tinyYaml.replace('data/*.csv }', `data/*.csv, store: ${where} }`)}keep: { data: 2 }\n`
  const github = await testGitHub(options)
  const s3 = await s3Fake({})
  const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })
  const read = await readProject(folder)
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  const project = read.value
  const environment = { PATH: process.env['PATH'], ...s3.environment }
  const openGitHub = async () => ({ ...github, [Symbol.asyncDispose]: async () => {} })
  const context = contextOf(folder, { environment, openGitHub })
  const work = join(github.folder, 'work')

  return {
    github,
    s3,
    project,
    context,

    async pushData(contents) {
      const entries = contents.map((text): LockEntry => {
        return { sha256: sha256(text), bytes: Buffer.byteLength(text), path: `data/${sha256(text).slice(0, 8)}.csv` }
      })
      const files = entries.map((entry, at) => {
        const absolutePath = join(folder, entry.path)
        mkdirSync(dirname(absolutePath), { recursive: true })
        writeFileSync(absolutePath, contents[at] ?? '')
        return { ...entry, absolutePath }
      })
      await using opened = openStore(project, context)
      await opened.push?.(files, {})
      rmSync(join(folder, 'data'), { recursive: true })
      return formatDataLock({ version: 1, until: null, sections: { data: entries } })
    },

    async land(branch, lock, path = 'data.lock.yaml') {
      await git(
        work,
        'fetch',
        '--quiet',
        github.gitUrl.replace('//', `//x:${github.token}@`),
        '+refs/heads/*:refs/there/*',
      )
      const base = await git(work, 'rev-parse', '--verify', '--quiet', `refs/there/${branch}`).catch(() => 'main')
      await git(work, 'checkout', '--quiet', '--force', '--detach', base)
      mkdirSync(dirname(join(work, path)), { recursive: true })
      writeFileSync(join(work, path), lock)
      await git(work, 'add', '--all')
      await git(work, 'commit', '--quiet', '--allow-empty', '--message', `Pin ${sha256(lock).slice(0, 8)}`)
      await push(github, work, `HEAD:refs/heads/${branch}`)
      return await git(work, 'rev-parse', 'HEAD')
    },

    async deleteBranch(branch) {
      await push(github, work, `:refs/heads/${branch}`)
    },

    async gc(more = {}, change = {}) {
      const outcome = await dataGc.run({ 'dry-run': false, shared: store === 's3', ...more }, { ...context, ...change })
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
      return outcome.result
    },

    async missing(lock) {
      const parsed = readDataLock('data.lock.yaml', lock)
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics))
      rmSync(join(folder, '.plumbline'), { recursive: true, force: true })
      await using opened = openStore({ ...project, folder: tempFolder() }, { ...context, openGitHub })
      const lost: string[] = []
      for (const entry of Object.values(parsed.value.sections).flat()) {
        await opened.fetch(entry).catch(() => lost.push(entry.path))
      }
      return lost
    },

    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
    },
  }
}
