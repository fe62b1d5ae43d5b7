import { writeAll } from './write-all.ts'

/** Writes a file so that a reader, or a run after a crash, sees the old bytes or the new ones, never a part. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeAll(new Map([[path, content]]))
}
