import { Fault } from './fault.ts'

const makeRoom =
  'Make room, for example by plumbline cache gc --environments --budget 5GB, then run the same command again.'

const states: Readonly<Record<string, readonly [state: string, remedy: string]>> = {
  EACCES: ['the system does not permit it', 'Change the permissions of the file or of its folder.'],
  EPERM: ['the system does not permit it', 'Change the permissions of the file or of its folder.'],
  EROFS: ['the file system can only be read', 'Work in a folder that can be written.'],
  ENOSPC: ['the disk is full', makeRoom],
  EDQUOT: ['your share of the disk is used up', makeRoom],
  ENOTDIR: ['a file stands where a folder is expected', 'Move the file away.'],
  EEXIST: ['a file stands there already', 'Move the file away.'],
  EISDIR: ['a folder stands where a file is expected', 'Move the folder away.'],
  ELOOP: ['its links lead in a circle', 'Put the file itself in place of the link.'],
  ENAMETOOLONG: ['its name is too long', 'Shorten the name.'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n), then run the same command again.'],
}

/** What the system refuses about a file, as the user's to mend; undefined where the error is none of this kind. */
export function systemFault(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const [state, remedy] = states[String(error.code)] ?? []
  if (state === undefined || remedy === undefined) return undefined
  const path = 'dest' in error ? `"${String(error.dest)}"` : 'path' in error ? `"${String(error.path)}"` : 'a file'
  const action = /^(read|open|scandir|stat|lstat)$/.test(String(error.syscall)) ? 'read' : 'write'
  return new Fault('system/refused', `Cannot ${action} ${path}: ${state} (${String(error.code)})`, {
    remedy,
    cause: error,
  })
}
