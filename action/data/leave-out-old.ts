import type { Project } from '../project/project.ts'
import { compareMoments, millisecondsOf, spanOfMoments } from '../base/moments.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import { factsKey, type FileFacts } from './file-facts.ts'
import type { InspectedFiles } from './inspect-files.ts'

/** Files whose rows are all older than anything that the split would use. */
export interface LeftOut {
  readonly paths: readonly string[]
  readonly rows: number
  /** The moment up to which rows are too old; null where none is. */
  readonly before: string | null
}

export interface KeptFiles {
  readonly files: SnapshotFiles
  readonly leftOut: LeftOut
}

/**
 * With `split.window`, a file of the first source counts only if a row of it lies within the window: the split would leave
 * the others' rows out one by one. So a snapshot of monthly files moves with the window: one month more, one month less.
 */
export function leaveOutOld(project: Project, { files, facts }: InspectedFiles): KeptFiles {
  const { windowMs } = project.split
  const factsOf = (file: { sha256: string; path: string }) => facts.get(factsKey(file.sha256, file.path, true))
  const { until } = spanOfMoments(files.features.map((file) => factsOf(file)?.until ?? null))
  const newestMs = until === null ? undefined : millisecondsOf(until)
  if (windowMs === undefined || newestMs === undefined) return { files, leftOut: { paths: [], rows: 0, before: null } }

  const before = new Date(newestMs - (project.data.labels?.delayMs ?? 0) - windowMs).toISOString()
  const isOld = (own: FileFacts | undefined) =>
    own !== undefined && own.until !== null && compareMoments(withTime(own.until), before) < 0
  const old = files.features.filter((file) => isOld(factsOf(file)))
  const leftOut = {
    paths: old.map(({ path }) => path),
    rows: old.reduce((sum, file) => sum + (factsOf(file)?.rows ?? 0), 0),
    before,
  }
  return { files: { ...files, features: files.features.filter((file) => !isOld(factsOf(file))) }, leftOut }
}

/** A date stands for its first moment. */
function withTime(moment: string): string {
  return moment.includes('T') ? moment : `${moment}T00:00:00.000Z`
}
