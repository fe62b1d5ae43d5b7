import type { RecalledSnapshot } from '../data/recall-snapshot.ts'
import type { Pushed } from '../data/stores/store.ts'
import type { Snapshot } from '../data/take-snapshot.ts'
import type { Project } from '../project/project.ts'
import type { SnapshotSummary } from '../report/report-snapshot.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const snapshot = defineCommand({
  name: 'snapshot',
  group: 'data',
  summary: 'Pin the data files that are there now in data.lock.yaml.',
  example: 'plumbline snapshot',
  inputs: {
    check: flag({ description: 'Writes nothing; says no where the files are not those that are pinned' }),
    as: text({
      description: 'Keeps a copy of the lock as snapshots/AS.lock.yaml, to be committed',
      example: 'before-outage',
    }),
    pack: flag({ description: 'Writes the files anew as typed Parquet in data/packed, and pins that instead' }),
    push: flag({ description: 'Brings the bytes to the store, too, before the lock names them' }),
    'no-fetch': flag({ description: 'Takes the files of remote sources as they lie there, without fetching' }),
  },
  outputs: {
    verdict: '`pass`, or `no` where `check` finds other files than those pinned',
    changed: '`true` where the files are not those that were there before, else `false`',
    'data-digest': 'SHA-256 of the pinned snapshot',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ check, as: name, pack, push, 'no-fetch': noFetch }, context): Promise<Outcome<SnapshotSummary>> {
    const startMs = context.now().getTime()
    if (name !== undefined) await refuseName(name, check)
    if (check && pack) await refuseChecked('pack')
    if (check && push) await refuseChecked('push')
    const isPlain = name === undefined && !pack && !push
    const unchanged = isPlain ? await recall(context.folder) : undefined
    if (unchanged) return { kind: 'done', result: sayAgain(unchanged, check, context.now()) }

    const { readProject } = await import('../project/read-project.ts')
    const { readContract } = await import('../project/read-contract.ts')
    const { isFetched } = await import('../project/read-sources.ts')
    const { nameSnapshot, pinSnapshot, readPinned, refuseTakenName } = await import('../data/pin-snapshot.ts')
    const { allFiles } = await import('../data/section-files.ts')
    const { takeSnapshot } = await import('../data/take-snapshot.ts')
    const { askGitStates, uncommittedIn } = await import('../data/stores/uncommitted-files.ts')
    const { dataDigest } = await import('../project/data-lock.ts')

    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const contract = await readContract(project.value)
    if (!contract.ok) return { kind: 'diagnosed', diagnostics: contract.diagnostics }
    const pinned = await readPinned(project.value)
    if (check && pinned?.ok === false) return { kind: 'diagnosed', diagnostics: pinned.diagnostics }

    if (!check && !noFetch && project.value.data.sources.some(isFetched)) {
      const { landSources } = await import('../pipeline/land-sources.ts')
      // In a workflow, where stores have credentials, programs run in a job of their own.
      await landSources({ ...context, project: project.value, runsPrograms: context.artifacts === undefined })
    }
    const isGit = project.value.data.store.kind === 'git'
    // git looks at the files while they are looked at here; packs are not there yet.
    const asked = isGit && !pack ? askGitStates(project.value.folder) : undefined
    asked?.catch(() => undefined)
    const previous = pinned?.ok ? pinned.value : undefined
    const taken = await takeSnapshot(project.value, contract.value, previous, context.signal, {
      progress: context.progress,
      isPacked: pack,
      isCheck: check,
    })
    if (!taken.ok) return { kind: 'diagnosed', diagnostics: taken.diagnostics }
    if (name !== undefined) await refuseTakenName(project.value, taken.value.lock, name)
    const pushed = push ? await bringToStore(project.value, taken.value, context) : undefined
    if (!check) await pinSnapshot(project.value, taken.value, context.signal)
    const namedFile = name === undefined ? undefined : await nameSnapshot(project.value, taken.value.lock, name)

    const { files: pinnedFiles, found, lock, leftOut, ...rest } = taken.value
    const files = allFiles(pinnedFiles)
    const before = previous && dataDigest(previous)
    const summary: SnapshotSummary = {
      ...rest,
      leftOut: { files: leftOut.paths.length, rows: leftOut.rows, before: leftOut.before },
      isCheck: check,
      ...(namedFile !== undefined && { namedFile }),
      ...(pushed && { pushed }),
      ...(isElsewhere(project.value) && !push && { isOnlyHere: true }),
      isChanged: before !== rest.digest || previous?.until !== lock.until,
      previousDigest: before ?? null,
      isFuture: isFuture(lock.until, context.now()),
      wasUnreadable: pinned?.ok === false,
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(isGit && { git: uncommittedIn(await (asked ?? askGitStates(project.value.folder)), files) }),
    }
    if (isPlain && !check && !summary.isChanged) {
      const { rememberSnapshot } = await import('../data/recall-snapshot.ts')
      await rememberSnapshot(project.value, { found, leftOut }, summary, startMs)
    }
    return { kind: check && summary.isChanged ? 'no' : 'done', result: summary }
  },

  async report(summary) {
    const { reportSnapshot } = await import('../report/report-snapshot.ts')
    return reportSnapshot(summary)
  },
})

async function recall(folder: string): Promise<RecalledSnapshot | undefined> {
  const { recallSnapshot } = await import('../data/recall-snapshot.ts')
  return await recallSnapshot(folder)
}

function sayAgain(recalled: RecalledSnapshot, isCheck: boolean, now: Date): SnapshotSummary {
  return {
    ...recalled,
    ...{ added: [], removed: [], changed: [], schema: [], oddities: [] },
    ...{ isCheck, isPacked: false, isChanged: false, wasUnreadable: false },
    previousDigest: recalled.digest,
    isFuture: isFuture(recalled.until, now),
  }
}

async function refuseName(name: string, isCheck: boolean): Promise<void> {
  const { Fault } = await import('../base/fault.ts')
  const { wrongSnapshotName } = await import('../project/snapshot-name.ts')
  if (isCheck) {
    const message = 'Cannot name the snapshot: --check writes nothing; expected --as without it'
    throw new Fault('cli/bad-input', message, { remedy: 'Take out --check or --as.' })
  }
  const expected = wrongSnapshotName(name)
  if (expected === undefined) return
  const message = `Cannot name the snapshot "${name}": it is no name for one; expected ${expected}`
  throw new Fault('cli/bad-input', message, { remedy: 'For example: --as before-outage' })
}

async function refuseChecked(other: 'pack' | 'push'): Promise<void> {
  const { Fault } = await import('../base/fault.ts')
  const message = `Cannot ${other}: --check writes nothing; expected --${other} without it`
  throw new Fault('cli/bad-input', message, { remedy: `Take out --check or --${other}.` })
}

async function bringToStore(project: Project, taken: Snapshot, context: CommandContext): Promise<Pushed> {
  const { pushSnapshot } = await import('../data/push-snapshot.ts')
  const { progress, signal, environment, now } = context
  // A release’s tag names a commit, which the embedded GitHub has from nobody else.
  const openGitHub = async (repositoryFolder: string) => {
    const connection = await context.openGitHub(repositoryFolder)
    const { pushHead } = await import('../registry/local-git.ts')
    if (connection.isEmbedded) await pushHead(connection, context.folder)
    return connection
  }
  return await pushSnapshot(project, taken, { world: { environment, signal, openGitHub, now }, progress, signal })
}

function isElsewhere({ data }: Project): boolean {
  return data.store.kind !== 'git' && data.store.kind !== 'file'
}

/** By more than a day, which zones explain; an integer (a year, a round) tells nothing. */
function isFuture(until: string | null, now: Date): boolean {
  return until?.includes('-', 1) === true && Date.parse(until) > now.getTime() + 86_400_000
}
