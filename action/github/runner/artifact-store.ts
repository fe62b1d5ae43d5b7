/** Files that one job of a workflow run leaves for a later one. */
export interface ArtifactStore {
  /** Stores `files` (absolute, inside `rootFolder`) under a name that the run has not used; the digest is SHA-256. */
  upload(name: string, rootFolder: string, files: readonly string[]): Promise<{ readonly digest: string }>
  /** Unpacks an artifact of this run into a folder; false where the run has none of that name. */
  download(name: string, folder: string): Promise<boolean>
}
