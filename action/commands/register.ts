import { join } from 'node:path'

import { byBytes } from '../base/byte-order.ts'
import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { ModelScan } from '../data/model-formats/scan-model.ts'
import type { GitHubClient } from '../github/client.ts'
import type { FoundCandidate } from '../pipeline/find-candidate.ts'
import type { Candidate } from '../pipeline/run-record.ts'
import type { Project } from '../project/project.ts'
import type { RegisterResult } from '../report/report-registration.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { runFields } from './run-fields.ts'
import { tellMlflow } from './tell-mlflow.ts'

export const register = defineCommand({
  name: 'register',
  group: 'model',
  summary: 'Publish the run’s model as a release, with everything that it was made of.',
  example: 'plumbline register',
  inputs: { param: runFields.param },
  outputs: {
    tag: 'The release’s tag: `<model>-v<N>-g<commit>-d<data>`',
    version: 'N, counted for each model',
    url: 'Address of the release',
    published: '`true` where this step published it, `false` where it was there already or the run did not pass',
  },
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits', 'writes-releases'],

  async run({ param }, context): Promise<Outcome<RegisterResult>> {
    const { openExchange, receiveResults } = await import('../pipeline/exchange-results.ts')
    const { findCandidate } = await import('../pipeline/find-candidate.ts')
    const exchange = await openExchange(context)
    if (exchange) await receiveResults('publish', exchange)
    const asFound = await findCandidate(context.folder, param)
    const found = asFound.ok ? await judgedAsNow(asFound.value, param, context, exchange !== undefined) : asFound
    if (!found.ok) return { kind: 'diagnosed', diagnostics: found.diagnostics }

    const { readCodeState } = await import('../pipeline/read-code-state.ts')
    const { readTrigger } = await import('../pipeline/read-trigger.ts')
    const { code, user } = await readCodeState(context.folder)
    const stamp = { at: context.now().toISOString(), actor: readTrigger(context.environment, user).actor }
    if (found.value.kind === 'not passed') {
      const { record, declared } = found.value
      const { recordRun } = await import('../registry/record-run.ts')
      return withGitHub(context, async (client) => {
        const { isNew } = await recordRun(client, record, stamp)
        await tellMlflow(client, declared.project, context)
        return { kind: 'no', result: { kind: 'recorded', record, isNew } }
      })
    }

    const { candidate, declared } = found.value
    const formats = await scanModels(candidate, declared.project)
    if (!formats.ok) return { kind: 'diagnosed', diagnostics: formats.diagnostics }
    const scan = formats.value
    const commit = committed(candidate.record.model, code)
    const { dataLockFile } = await import('../project/data-lock.ts')
    const { contractAssets } = await import('../registry/contract-assets.ts')
    const { keepJudgement } = await import('../pipeline/keep-judgement.ts')
    const { keepPredictionReference } = await import('../pipeline/prediction-reference.ts')
    const { approvalOfRelease } = await import('../registry/find-approvals.ts')
    const { registerCandidate } = await import('../registry/register-candidate.ts')
    const { mayShowRows } = await import('../pipeline/row-privacy.ts')
    const { python } = declared.project.environment
    const { reference, ...unreferenced } = candidate
    const mayKeep = reference !== undefined && (await mayShowRows(declared.project, context.environment))
    const registration = {
      candidate: mayKeep ? candidate : unreferenced,
      commit,
      contractFiles: contractAssets(declared.project),
      lockFile: join(context.folder, dataLockFile),
      ...(python !== undefined && { requirementsFile: join(context.folder, python) }),
      keepJudgement: (file: string) => keepJudgement(declared, candidate, context.environment, file),
      keepPredictionReference: (file: string) =>
        keepPredictionReference(declared, candidate, context.environment, file),
      scan,
      stamp,
      approvalOf: approvalOfRelease,
    }
    return withGitHub(context, async (client) => {
      const { allocation, release, isNew } = await registerCandidate(client, registration, context.progress)
      const { hasSpent } = await import('../pipeline/run-history.ts')
      const { recordRun } = await import('../registry/record-run.ts')
      // The release is that of an earlier run, and what this one took is told nowhere else.
      if (!isNew && hasSpent(candidate.record)) await recordRun(client, candidate.record, stamp)
      await tellMlflow(client, declared.project, context)
      const assets = release.assets
        .map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))
        .sort((one, other) => byBytes(one.name, other.name))
      const { isEmbedded, owner, repository } = client.connection
      const { builtFrom } = candidate.record
      const isReused = builtFrom !== null && builtFrom.runId !== context.environment['GITHUB_RUN_ID']
      const where = { isEmbedded, name: `${owner}/${repository}` }
      return {
        kind: 'done',
        result: {
          kind: 'registered',
          ...allocation,
          url: release.url,
          isNew,
          assets,
          scan,
          where,
          ...(isReused && { builtFrom: { runId: builtFrom.runId, head: builtFrom.head } }),
        },
      }
    })
  },

  async report(result: RegisterResult) {
    const { reportRegistration } = await import('../report/report-registration.ts')
    return reportRegistration(result)
  },
})

/** A run that was judged by other gates than those of now is judged again where that takes nothing but what it left here. */
async function judgedAsNow(
  found: FoundCandidate,
  param: readonly string[],
  context: CommandContext,
  isInJobs: boolean,
): Promise<Read<Exclude<FoundCandidate, { kind: 'judged otherwise' }>>> {
  if (found.kind !== 'judged otherwise') return { ok: true, value: found }
  const { changed, declared, record } = found
  const { model } = declared.project
  const refused = new Fault(
    'pipeline/judged-otherwise',
    `Cannot register "${model.name}": the ${changed} changed after its run was judged (run key ${record.runKey.slice(0, 8)}); expected a run that was judged by what stands here now`,
    {
      remedy: isInJobs
        ? 'Run all jobs of the workflow again.'
        : 'plumbline run (what was made before is not made again)',
      stays: 'nothing was published',
    },
  )
  const { readCodeState } = await import('../pipeline/read-code-state.ts')
  committed(model.name, (await readCodeState(context.folder)).code)
  // A run that was refused has not made the model that would be released.
  const isWhole = record.outcome === 'passed' || !declared.project.split.refit
  if (changed !== 'gates' || isInJobs || !isWhole) throw refused
  const { judgeAgain } = await import('../pipeline/judge-again.ts')
  context.progress.note('The gates changed after the run: it is judged again, by those of now.')
  if (!(await judgeAgain(context, declared, record))) throw refused
  const { findCandidate } = await import('../pipeline/find-candidate.ts')
  const again = await findCandidate(context.folder, param)
  if (!again.ok) return again
  if (again.value.kind === 'judged otherwise') throw refused
  return { ok: true, value: again.value }
}

/** What the released model is saved as; diagnostics where it, or the judged one, is no data and the project does not allow that. */
async function scanModels({ releasedModel, judgedModel }: Candidate, project: Project): Promise<Read<ModelScan>> {
  const { unsafeFormat } = await import('../data/model-formats/require-data.ts')
  const { scanModel } = await import('../data/model-formats/scan-model.ts')
  const scan = await scanModel(releasedModel)
  const judged = judgedModel === releasedModel ? scan : await scanModel(judgedModel)
  const diagnostics = [scan, judged]
    .map((found) => unsafeFormat(project, 'train', found))
    .find(({ length }) => length > 0)
  return diagnostics ? { ok: false, diagnostics } : { ok: true, value: scan }
}

/** The commit that the working tree is; a Fault where it is none. */
function committed(model: string, code: { readonly commit: string | null; readonly uncommitted: number }): string {
  if (code.commit === null) {
    throw new Fault(
      'registry/nothing-committed',
      `Cannot register "${model}": nothing is committed here; expected the files that made it in a commit`,
      {
        remedy: 'git add --all && git commit -m "First model"',
        stays: 'nothing was published',
      },
    )
  }
  if (code.uncommitted > 0) {
    const files = code.uncommitted === 1 ? '1 file differs' : `${code.uncommitted} files differ`
    throw new Fault(
      'registry/uncommitted',
      `Cannot register "${model}": ${files} from the last commit; expected a clean working tree, so that the tag names what made the model`,
      {
        remedy: 'Commit them (git status shows them), or ignore them in .gitignore.',
        stays: 'nothing was published',
      },
    )
  }
  return code.commit
}

async function withGitHub<T>(context: CommandContext, work: (client: GitHubClient) => Promise<T>): Promise<T> {
  const { pushHead, repositoryFolder } = await import('../registry/local-git.ts')
  const { openGitHubClient } = await import('../github/client.ts')
  await using connection = await context.openGitHub(await repositoryFolder(context.folder))
  if (connection.isEmbedded) await pushHead(connection, context.folder)
  return await work(await openGitHubClient(connection, context.signal))
}
