import type { LockEntry } from '../../project/data-lock.ts'

/** A file, or a part of one that is larger than a pack. */
export interface Slice<File extends LockEntry = LockEntry> {
  readonly file: File
  /** 0-based, of the file. */
  readonly from: number
  readonly bytes: number
}

/** GitHub takes assets of less than 2 GiB. */
export const mostPackBytes = 1_900_000_000

/**
 * Deals files into packs of at most so many bytes before they are compressed, in the order of their digests: the same files
 * make the same packs. A larger file is cut.
 */
export function planPacks<File extends LockEntry>(
  files: readonly File[],
  mostBytes: number,
): readonly (readonly Slice<File>[])[] {
  const packs: Slice<File>[][] = []
  let pack: Slice<File>[] = []
  let room = mostBytes
  const close = () => {
    if (pack.length > 0) packs.push(pack)
    pack = []
    room = mostBytes
  }
  for (const file of [...files].sort((one, other) => (one.sha256 < other.sha256 ? -1 : 1))) {
    if (file.bytes > room && file.bytes <= mostBytes) close()
    let from = 0
    do {
      const bytes = Math.min(room, file.bytes - from)
      pack.push({ file, from, bytes })
      from += bytes
      room -= bytes
      if (room === 0) close()
    } while (from < file.bytes)
  }
  close()
  return packs
}
