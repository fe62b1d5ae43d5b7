import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { ownFolder } from '../base/own-folder.ts'

/** Where work lies that is not whole yet. Named by its process, so that what a killed one left is found and removed. */
export function draftFolder(folder: string, name: string): string {
  return join(draftsFolder(folder), `${name}-${process.pid}-${randomBytes(4).toString('hex')}`)
}

/** Of a project: all that is under way. */
export function draftsFolder(folder: string): string {
  return join(folder, ownFolder, 'drafts')
}

/** The process in the name of a draft is the first group. */
export const draftName = /-(\d+)-[0-9a-f]{8}$/

/** Does work in a folder of its own, which is removed after it, or by the next run. */
export async function inDraft<Result>(
  folder: string,
  name: string,
  work: (draft: string) => Promise<Result>,
): Promise<Result> {
  const draft = draftFolder(folder, name)
  await mkdir(draft, { recursive: true })
  try {
    return await work(draft)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
