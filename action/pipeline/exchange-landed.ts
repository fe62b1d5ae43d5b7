import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

import type { SourcePolicy } from '../project/project.ts'
import { inDraft } from './draft-folder.ts'
import type { Exchange } from './exchange-results.ts'

/**
 * Hands what programs of sources landed to later jobs of this workflow run: the job that runs them has no credential of the
 * store, and the job that has one runs none. Only for jobs; files of other sources are fetched where they are needed.
 */
export async function sendLanded({ artifacts, project, attempt }: Exchange): Promise<void> {
  const folders = programSources(project.data.sources).map(({ into }) => join(project.folder, into))
  const files = (await Promise.all(folders.map(filesIn))).flat()
  if (files.length === 0) return
  await artifacts.upload(nameOf(project.model.name, attempt), project.folder, files, { days: 1 })
}

/** Puts in place what an earlier job landed, of the newest attempt that did; what lies there goes. */
export async function receiveLanded({ artifacts, project, attempt }: Exchange): Promise<void> {
  const sources = programSources(project.data.sources)
  if (sources.length === 0) return
  await inDraft(project.folder, 'incoming', async (incoming) => {
    for (let tried = attempt; tried >= 1; tried--) {
      if (!(await artifacts.download(nameOf(project.model.name, tried), incoming))) continue
      for (const { into } of sources) await takeIn(incoming, into, project.folder)
      return
    }
  })
}

function programSources(sources: readonly SourcePolicy[]): readonly SourcePolicy[] {
  return sources.filter(({ places }) => places.some(({ kind }) => kind === 'program'))
}

/** Files of the source's own folder, and nothing else: the user's program ran where they were packed. */
async function takeIn(incoming: string, into: string, folder: string): Promise<void> {
  const found = await filesIn(join(incoming, into))
  if (found.length === 0) return
  await rm(join(folder, into), { recursive: true, force: true })
  for (const source of found) {
    const place = join(folder, relative(incoming, source))
    await mkdir(dirname(place), { recursive: true })
    await rename(source, place)
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).split(sep).includes('..'))
    .sort()
}

function nameOf(model: string, attempt: number): string {
  return `plumbline-${model}-landed-${attempt}`
}
