import type { JobRecord, RunRecord } from './run-record.ts'

/** All that is known of one run key. */
export interface KnownRun {
  readonly runKey: string
  readonly model: string
  /** Newest first, each once. A later one may have taken everything from the cache. */
  readonly executions: readonly [RunRecord, ...RunRecord[]]
  readonly isHere: boolean
  readonly isInLedger: boolean
  readonly release: KnownRelease | null
}

export interface KnownRelease {
  readonly tag: string
  /** N of the tag. */
  readonly version: number
  readonly publishedAt: string
}

/** What the ledger knows of a release. */
export interface ReleasedRun extends KnownRelease {
  readonly model: string
  readonly runKey: string
}

/**
 * One entry a run key, newest first. Of records of one execution the one that ended later is kept, with the jobs of all: a job
 * that was run again took something each time.
 */
export function mergeRuns(
  local: readonly RunRecord[],
  ledger: readonly RunRecord[],
  releases: readonly ReleasedRun[],
): readonly KnownRun[] {
  const byKey = new Map<string, Map<string, RunRecord>>()
  for (const record of [...local, ...ledger]) {
    const executions = byKey.get(record.runKey) ?? new Map<string, RunRecord>()
    const known = executions.get(record.startedAt)
    executions.set(record.startedAt, known ? united(known, record) : record)
    byKey.set(record.runKey, executions)
  }
  const [here, there] = [local, ledger].map((records) => new Set(records.map(({ runKey }) => runKey)))
  const runs = [...byKey].flatMap(([runKey, executions]): KnownRun[] => {
    const [newest, ...older] = [...executions.values()].sort(newestFirst)
    if (newest === undefined) return []
    return [
      {
        runKey,
        model: newest.model,
        executions: [newest, ...older],
        isHere: here?.has(runKey) ?? false,
        isInLedger: there?.has(runKey) ?? false,
        release: releaseOf(releases, newest),
      },
    ]
  })
  return runs.sort((one, other) => newestFirst(one.executions[0], other.executions[0]))
}

function united(one: RunRecord, other: RunRecord): RunRecord {
  const [later, earlier] = other.finishedAt > one.finishedAt ? [other, one] : [one, other]
  if (later.jobs === undefined || earlier.jobs === undefined) return later
  const isIn = (jobs: readonly JobRecord[], { job, startedAt }: JobRecord) =>
    jobs.some((known) => known.job === job && known.startedAt === startedAt)
  const { jobs } = later
  const lost = earlier.jobs.filter((job) => !isIn(jobs, job))
  return lost.length === 0 ? later : { ...later, jobs: [...jobs, ...lost].sort(oldestFirst) }
}

function oldestFirst(one: JobRecord, other: JobRecord): number {
  return one.startedAt < other.startedAt ? -1 : 1
}

function releaseOf(releases: readonly ReleasedRun[], { runKey, model }: RunRecord): KnownRelease | null {
  const found = releases.findLast((release) => release.runKey === runKey && release.model === model)
  return found ? { tag: found.tag, version: found.version, publishedAt: found.publishedAt } : null
}

function newestFirst(one: RunRecord, other: RunRecord): number {
  if (one.startedAt !== other.startedAt) return one.startedAt < other.startedAt ? 1 : -1
  return one.runKey < other.runKey ? -1 : 1
}
