import type { KnownRun } from '../pipeline/merge-runs.ts'
import type { OriginalRun } from '../pipeline/original-run.ts'
import type { Reproduction } from '../pipeline/reproduce-run.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'
import { runsFields } from './runs-fields.ts'

export const reproduce = defineCommand({
  name: 'reproduce',
  group: 'model',
  summary: 'Rebuild a model from its pins in a clean checkout, and say what comes out again, byte by byte.',
  example: 'plumbline reproduce parcels-v12',
  inputs: {
    run: runsFields.run,
    'keep-environment': flag({
      description: 'Takes the environment that is kept on this machine, instead of building it anew',
    }),
  },
  outputs: {
    verdict: '`same`, or `no` where something comes out otherwise',
    'run-key': 'SHA-256 over what makes the model’s bytes',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'runs-user-code'],

  async run({ run: asked, 'keep-environment': keepsEnvironment }, context): Promise<Outcome<Reproduction>> {
    const { reproduceRun } = await import('../pipeline/reproduce-run.ts')
    const original = await findOriginal(asked ?? 'latest', context)
    const made = await reproduceRun({ ...context, original, keepsEnvironment })
    if (!made.ok) return { kind: 'diagnosed', diagnostics: made.diagnostics }
    return { kind: made.value.isSame ? 'done' : 'no', result: made.value }
  },

  async report(result) {
    const { reportReproduction } = await import('../report/report-reproduction.ts')
    return reportReproduction(result)
  },
})

async function findOriginal(asked: string, context: CommandContext): Promise<OriginalRun> {
  const { runsOfProject } = await import('./known-runs.ts')
  const { findRun } = await import('../pipeline/find-run.ts')
  const { runs, named } = await runsOfProject(context, false)
  const run = findRun(runs, named(asked))
  return run.release === null ? await localRun(run, context) : await releasedRun(run.release.tag, context)
}

async function localRun(run: KnownRun, { folder }: CommandContext): Promise<OriginalRun> {
  const { rebuildable } = await import('../pipeline/original-run.ts')
  const { membersOfResult } = await import('../pipeline/list-members.ts')
  const record = rebuildable(run)
  return {
    tag: null,
    record,
    commit: record.code.commit,
    membersOf: (stage) => membersOfResult(folder, record, stage),
  }
}

async function releasedRun(tag: string, context: CommandContext): Promise<OriginalRun> {
  const { openGitHubClient } = await import('../github/client.ts')
  const { listMembersOf } = await import('../pipeline/list-members.ts')
  const { repositoryFolder } = await import('../registry/local-git.ts')
  const { readReleasedRun } = await import('../registry/read-released-run.ts')
  const connect = async () => await context.openGitHub(await repositoryFolder(context.folder))
  await using connection = await connect()
  const client = await openGitHubClient(connection, context.signal)
  const { record, commit, lockText } = await readReleasedRun(client, tag)
  return {
    tag,
    record,
    commit,
    lockText,
    // Asked for much later, and seldom.
    async membersOf(stage) {
      await using again = await connect()
      const { model } = await readReleasedRun(await openGitHubClient(again, context.signal), tag)
      const released = await model(stage)
      if (released?.kind === 'folder') return released.files
      return released && (await listMembersOf(released.bytes))
    },
  }
}
