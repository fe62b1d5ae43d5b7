import { type FileHandle, open } from 'node:fs/promises'

import { formatBytes } from '../report/numbers.ts'

/** A log file that stays small whatever is written to it: its beginning, and from a certain size on its end. */
export interface ProgramLog {
  readonly write: (text: string) => Promise<void>
  /** Writes the end, and says what is left out before it. */
  readonly close: () => Promise<LogEnd>
}

export interface LogEnd {
  /** Printed, and neither at the log's beginning nor at its end. */
  readonly droppedBytes: number
  /** Why the log could not be written to its end, as the system calls it: `ENOSPC`. */
  readonly problem?: string
}

export interface LogSize {
  readonly headBytes: number
  readonly tailBytes: number
}

export const logSize: LogSize = { headBytes: 16_000_000, tailBytes: 4_000_000 }

/** A disk that is full is no reason to stop the program: the log then ends early, and its end says so. */
export async function openProgramLog(file: string, { headBytes, tailBytes }: LogSize = logSize): Promise<ProgramLog> {
  let problem: string | undefined
  const handle = await open(file, 'a').catch(note)
  const tail: string[] = []
  let headRoom = headBytes
  let heldBytes = 0
  let droppedBytes = 0

  function note(error: unknown): undefined {
    problem ??= error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  const append = async (text: string) => {
    if (problem === undefined) await (handle as FileHandle).writeFile(text).catch(note)
  }
  const hold = (text: string, bytes: number) => {
    tail.push(text)
    heldBytes += bytes
    while (heldBytes > tailBytes && tail.length > 1) {
      const dropped = Buffer.byteLength(tail.shift() ?? '')
      heldBytes -= dropped
      droppedBytes += dropped
    }
  }

  const close = async (): Promise<LogEnd> => {
    if (droppedBytes > 0) await append(wordGap(droppedBytes))
    for (const text of tail) await append(text)
    await handle?.close().catch(note)
    return { droppedBytes, ...(problem !== undefined && { problem }) }
  }
  let closed: Promise<LogEnd> | undefined

  return {
    write: async (text) => {
      const bytes = Buffer.byteLength(text)
      const isHead = tail.length === 0 && bytes <= headRoom
      if (!isHead) return hold(text, bytes)
      headRoom -= bytes
      await append(text)
    },
    close: () => (closed ??= close()),
  }
}

function wordGap(bytes: number): string {
  return `\n… plumbline leaves out ${formatBytes(bytes)} here: a log keeps its beginning and its end …\n\n`
}
