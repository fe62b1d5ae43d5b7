/** Files that one job of a workflow run leaves for a later one. */
export interface ArtifactStore {
  /** Stores `files` (absolute, inside `rootFolder`) under a name that the run has not used; the digest is SHA-256. */
  upload(
    name: string,
    rootFolder: string,
    files: readonly string[],
    options?: UploadOptions,
  ): Promise<{ readonly digest: string }>
  /** Unpacks an artifact of this run into a folder; false where the run has none of that name. */
  download(name: string, folder: string): Promise<boolean>
  /** Names of those that the run has, of all its attempts. */
  list(): Promise<readonly string[]>
  remove(name: string): Promise<void>
}

export interface UploadOptions {
  /** Until it is removed by itself; without it, what the repository says. */
  readonly days?: number
  /** The files do not get smaller: they are sent as they are. */
  readonly isDense?: boolean
}
