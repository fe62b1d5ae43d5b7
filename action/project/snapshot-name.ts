import { dataLockFile } from './data-lock.ts'

/** Where locks lie that were given a name. */
export const namedLockFolder = 'snapshots'

/** Below the model's folder. */
export function namedLockFile(name: string): string {
  return `${namedLockFolder}/${name}.lock.yaml`
}

/** The name that a lock file carries, undefined where it is none of a snapshot. */
export function nameOfLockFile(path: string): string | undefined {
  return /^snapshots\/([a-z][a-z0-9-]{0,39})\.lock\.yaml$/.exec(path)?.[1]
}

/** Whether a path is one of a lock, wherever its model lies. */
export function isLockFile(path: string): boolean {
  return path.split('/').at(-1) === dataLockFile || /(^|\/)snapshots\/[^/]+\.lock\.yaml$/.test(path)
}

/** What is wrong with a name for a snapshot, undefined where nothing is: it must not pass for a digest. */
export function wrongSnapshotName(name: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    return 'small letters, digits and -, at most 40, starting with a letter'
  }
  return /^[0-9a-f]{8,}$/.test(name) ? 'a name that cannot be taken for a digest' : undefined
}
