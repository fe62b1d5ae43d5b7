import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { comment } from '../../action/commands/comment.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import type { RecordedArtifact, RecordedRun } from '../../action/local-github/record-run.ts'
import type { Ending } from '../../action/report/ending.ts'
import { markdownEnding } from '../../action/report/markdown-ending.ts'
import type { CommentResult } from '../../action/report/report-comment.ts'
import { reportArtifactName, writeReportFile } from '../../action/report/report-file.ts'
import { reportRun } from '../../action/report/report-run.ts'
import { runRecord } from './candidate.ts'
import { contextIn } from './command-context.ts'
import { caller, git, type TestGitHub, testGitHub } from './local-github.ts'
import { makeZip, type ZipEntry } from './make-zip.ts'
import { tempFolder } from './temp-folder.ts'

export const checkWorkflow = '.github/workflows/plumbline.yml'

/** A pull request #1 from the branch `change` of mallory's fork. */
export interface ForkPull {
  readonly github: TestGitHub
  readonly head: string
  /** Another commit on its branch; its hash. */
  readonly moveOn: () => Promise<string>
  /** Records a finished run of it, with what it left; its number. */
  readonly run: (artifacts: readonly RecordedArtifact[], change?: Partial<RecordedRun>) => Promise<number>
  /** As the workflow does that the run's end starts. */
  readonly comment: (run: number, token?: string) => Promise<Commented>
  /** Texts of all comments under #1. */
  readonly texts: () => Promise<readonly string[]>
}

export interface Commented {
  readonly kind: Ending['kind']
  readonly result: CommentResult | undefined
  /** Codes of diagnostics, or of the fault. */
  readonly codes: readonly string[]
  readonly ending: Ending
}

/** `folder`: where several tests share it. */
export async function forkPull(folder = tempFolder()): Promise<ForkPull & AsyncDisposable> {
  const github = await testGitHub({}, folder)
  const clone = join(github.folder, 'fork')
  await git(github.folder, 'clone', '--quiet', github.gitUrl, clone)
  const moveOn = async () => {
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Change')
    return await github.pushToFork({ owner: 'mallory', branch: 'change', folder: clone })
  }
  const head = await moveOn()
  const mallory = caller(github, await github.issueToken({ kind: 'user', login: 'mallory', role: 'read' }))
  const opened = await mallory('POST', '/pulls', { title: 'From a fork', head: 'mallory:change', base: 'main' })
  if (opened.status !== 201) throw new Error(`The pull request was answered ${opened.status}`)
  const mayComment = await github.issueToken({ kind: 'job', permissions: { actions: 'read', pull_requests: 'write' } })
  return {
    github,
    head,
    moveOn,
    run: (artifacts, change = {}) =>
      github.recordRun({
        workflow: checkWorkflow,
        event: 'pull_request',
        branch: 'change',
        sha: head,
        fork: 'mallory',
        actor: 'mallory',
        status: 'completed',
        conclusion: 'success',
        artifacts,
        ...change,
      }),
    comment: (run, token = mayComment) => commentAs(github, token, run),
    async texts() {
      const { body } = await github.call('GET', '/issues/1/comments?per_page=100')
      return body.map((one: { readonly body: string }) => one.body)
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  }
}

async function commentAs(github: TestGitHub, token: string, run: number): Promise<Commented> {
  const event = join(github.folder, `event-${run}.json`)
  await writeFile(event, JSON.stringify({ action: 'completed', workflow_run: { id: run, pull_requests: [] } }))
  const context = {
    ...contextIn(github.folder),
    environment: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: event },
    openGitHub: async () => ({ ...github, token, [Symbol.asyncDispose]: async () => {} }),
  }
  const inputs = { 'workflow-run': undefined, workflow: undefined }
  const ending = await settle(() => runCommand(comment, inputs, context), context.signal)
  const result = ending.kind === 'fault' ? undefined : (ending.result as CommentResult | undefined)
  const codes =
    ending.kind === 'fault'
      ? [ending.fault.code]
      : ending.kind === 'diagnosed'
        ? ending.diagnostics.map((d) => d.code)
        : []
  return { kind: ending.kind, result, codes, ending }
}

/** What `plumbline run` came to, with these words in it. */
export function runEnding(change: Parameters<typeof runRecord>[0] = {}): Ending {
  const record = runRecord(change)
  return { kind: 'done', result: { kind: 'run', ...record }, report: reportRun(record) }
}

/** The artifact that a run of which the token only reads leaves. */
export function leftReport(ending: Ending = runEnding(), key = 'run', attempt = 1): RecordedArtifact {
  const command = key.split('/')[0] ?? ''
  return artifactOf(reportArtifactName(key, attempt), [
    { path: 'report.json', content: Buffer.from(writeReportFile(command, ending)) },
    { path: 'report.md', content: Buffer.from(markdownEnding(command, ending)) },
  ])
}

/** One that holds whatever is asked for. */
export function artifactOf(name: string, entries: readonly ZipEntry[]): RecordedArtifact {
  return { name, zip: makeZip(entries) }
}

/** One whose `report.json` is this text. */
export function lyingReport(text: string, name = 'plumbline-report-run-1'): RecordedArtifact {
  return artifactOf(name, [{ path: 'report.json', content: Buffer.from(text) }])
}
