import type { Read } from '../base/diagnostic.ts'
import { dataDigest, dataLockFile } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { readPinned } from './pin-snapshot.ts'
import { type ChosenSnapshot, resolveSnapshot } from './resolve-snapshot.ts'

/** The snapshot that somebody asked for, the current one where nobody did. Throws the faults of `resolveSnapshot()`. */
export async function chooseSnapshot(project: Project, asked: string | undefined): Promise<Read<ChosenSnapshot>> {
  if (asked !== undefined) return await resolveSnapshot(project, asked)
  const pinned = await readPinned(project)
  if (pinned?.ok) return { ok: true, value: { lock: pinned.value, digest: dataDigest(pinned.value), asked: 'current' } }
  if (pinned) return pinned
  const message = `Cannot read "${dataLockFile}": no data is pinned yet`
  const place = { file: project.file, line: 1, column: 1 }
  return {
    ok: false,
    diagnostics: [{ code: 'project/missing-file', ...place, message, remedy: 'Pin it: plumbline snapshot' }],
  }
}
