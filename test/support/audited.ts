import { join } from 'node:path'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { audit } from '../../action/commands/audit.ts'
import { type GitHubClient, openGitHubClient } from '../../action/github/client.ts'
import type { GitHubConnection } from '../../action/github/connection.ts'
import { approvalOfRelease } from '../../action/registry/find-approvals.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import type { Chain } from '../../action/registry/ledger-record.ts'
import { recordDeployment } from '../../action/registry/record-deployment.ts'
import { recordProposed } from '../../action/registry/record-proposed.ts'
import { recordRun } from '../../action/registry/record-run.ts'
import { registerCandidate } from '../../action/registry/register-candidate.ts'
import { setAlias } from '../../action/registry/set-alias.ts'
import { runRecord, testCandidate } from './candidate.ts'
import { contextIn } from './command-context.ts'
import { deploy } from './deploy.ts'
import { caller, git, push, type TestGitHub, testGitHub } from './local-github.ts'
import { keptOpen } from './proposing.ts'

type AuditInputs = Parameters<(typeof audit)['run']>[0]
type AuditOutcome = Exclude<Awaited<ReturnType<(typeof audit)['run']>>, { kind: 'diagnosed' }>
export type AuditedResult = AuditOutcome['result'] & {
  readonly outcome: 'done' | 'no'
  readonly report: Awaited<ReturnType<(typeof audit)['report']>>
}

/** A repository with one of each: a proposal that was merged, a release of it, an alias, a deployment, a refused run. */
export interface Audited extends AsyncDisposable {
  readonly github: TestGitHub
  readonly bare: string
  readonly tag: string
  readonly chain: Chain
  /** A folder that audits; each name is another machine. */
  readonly audit: (inputs?: Partial<AuditInputs>, machine?: string, token?: string) => Promise<AuditedResult>
  readonly folderOf: (machine: string) => string
}

const nothing: AuditInputs = { from: undefined, to: undefined, verify: false, csv: undefined }
export const dataDigest = sha256('data 1')

/** `isApprovalKept`: the release's record tells who let it in, as `register` has it. */
export async function audited({ isApprovalKept = false } = {}): Promise<Audited> {
  const github = await testGitHub()
  const client = await openGitHubClient(github)
  const commit = await mergeProposal(github, client)
  const run = runRecord({ trigger: { kind: 'drift', actor: 'grace', reason: 'carrier 0.31 (#1)' } })
  const stamp = (day: string) => ({ at: `2025-03-${day}T06:12:00.000Z`, actor: 'github-actions[bot]' })
  const approval = isApprovalKept ? { approvalOf: approvalOfRelease } : {}
  const subject = { ...testCandidate(run), commit, stamp: stamp('04'), ...approval }
  const { allocation } = await registerCandidate(client, subject, silent)
  const { tag } = allocation
  await setAlias(client, { alias: 'champion', version: tag }, { ...stamp('05'), actor: 'ada' })
  const last = { did: 'first', tag, at: '2025-03-06T06:12:00.000Z', actor: 'ada', reason: '=cmd()' } as const
  const state = { model: 'parcels', stable: { tag }, previous: null, candidate: null, last } as const
  await deploy(github, 'production', state)
  await recordDeployment(client, 'production', { schema: 'plumbline/state/v1', ...state })
  await recordRun(client, runRecord({ runKey: sha256('run 2'), outcome: 'refused' }), stamp('07'))
  const folderOf = (machine: string) => join(github.folder, machine)
  return {
    github,
    bare: join(github.folder, 'github/repository.git'),
    tag,
    chain: await readLedger(client),
    folderOf,
    async audit(inputs = {}, machine = 'elsewhere', token = github.token) {
      const connection: GitHubConnection = { ...keptOpen(github), token, workFolder: folderOf(machine) }
      const context = { ...contextIn(github.folder), openGitHub: async () => connection }
      const outcome = await audit.run({ ...nothing, ...inputs }, context)
      if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
      return { ...outcome.result, outcome: outcome.kind, report: await audit.report(outcome.result) }
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  }
}

/** Its commit on the default branch. */
async function mergeProposal(github: TestGitHub, client: GitHubClient): Promise<string> {
  const folder = join(github.folder, 'work')
  await git(folder, 'checkout', '--quiet', '-b', 'plumbline/retrain/parcels')
  await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Retrain parcels')
  await push(github, folder, 'HEAD:refs/heads/plumbline/retrain/parcels')
  await github.call('POST', '/pulls', { head: 'plumbline/retrain/parcels', base: 'main', title: 'Retrain parcels' })
  const proposed = {
    ...{ model: 'parcels', dataDigest, previousDigest: null, trigger: 'drift' as const, reason: 'carrier 0.31' },
    ...{ branch: 'plumbline/retrain/parcels', commit: await git(folder, 'rev-parse', 'HEAD'), pull: 1, issue: null },
    ...{ mark: {}, findings: [], decision: {} },
  }
  await recordProposed(client, proposed, { at: '2025-03-03T06:12:00.000Z', actor: 'grace' })
  const grace = await github.issueToken({ kind: 'user', login: 'grace', role: 'write' })
  await caller(github, grace)('POST', '/pulls/1/reviews', { event: 'APPROVE' })
  const merged = await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })
  return String(merged.body.sha)
}
