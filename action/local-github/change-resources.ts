import type { FileChange } from './diff-files.ts'
import type { Forge } from './exchange.ts'
import { pageOf, type Resource } from './resources.ts'

/** A file of a pull request, a comparison or a commit, as it is at `commit`. */
export function fileResource(forge: Forge, commit: string, file: FileChange): Resource {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${pageOf(forge)}/blob/${commit}/${path}`,
    raw_url: `${pageOf(forge)}/raw/${commit}/${path}`,
    contents_url: `${forge.repositoryUrl}/contents/${path}?ref=${commit}`,
    ...(file.patch !== null && { patch: file.patch }),
    ...(file.previous !== null && { previous_filename: file.previous }),
  }
}
