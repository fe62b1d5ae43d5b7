import { Fault } from '../base/fault.ts'

/** `where` names the file, and the branch, tag or release that holds it. */
export function unreadableLock(where: string, line: number): Fault {
  return new Fault(
    'store/unreadable-lock',
    `Cannot tell which bytes are needed: the lock "${where}" cannot be read (line ${line}); expected every lock readable`,
    { remedy: 'Mend it, delete the branch or tag, or use the Plumbline that wrote it.', stays: 'nothing was removed' },
  )
}
