import { setMaxListeners } from 'node:events'
import { join } from 'node:path'

import { withExclusiveLock } from '../../base/exclusive-lock.ts'
import type { Project, SourcePolicy } from '../../project/project.ts'
import type { SourcePlace } from '../../project/source-place.ts'
import { adoptFiles } from './adopt-files.ts'
import type { Arrival, Landing } from './landing.ts'
import { type LandedChanges, openLandingFolder } from './landing-folder.ts'
import { type LandingProgress, openMeter } from './meter.ts'
import { type Patience, patient } from './retry-delay.ts'
import { openWeb, type Web } from './web.ts'

export type ProgramPlace = Extract<SourcePlace, { readonly kind: 'program' }>

export interface LandingOptions {
  readonly project: Project
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly tell: (progress: LandingProgress) => void
  /** Runs a program; `use` gets the folder that it filled, which is removed afterwards. */
  readonly runProgram: (
    place: ProgramPlace,
    use: (folder: string) => Promise<readonly Arrival[]>,
  ) => Promise<readonly Arrival[]>
  readonly web?: Web
  readonly patience?: Patience
}

/** What came of one source. */
export interface LandedSource extends LandedChanges {
  readonly name: string
  readonly into: string
  /** That were transferred or made now. */
  readonly fetchedBytes: number
}

/** Two landings into one folder at once would take each other's parts; a day is more than any takes. */
const lockTerms = { longestMs: 86_400_000, patienceMs: 5000 }

/**
 * Brings the files of a source into its folder: what is remote and new there is fetched, what is gone there goes here too.
 * Killed anywhere and run again, it ends the same. Throws faults `source/…`; then the folder is as it was.
 */
export async function landSource(source: SourcePolicy, options: LandingOptions): Promise<LandedSource> {
  const { project } = options
  const signal = AbortSignal.any([options.signal])
  // Many downloads at once all listen to it.
  setMaxListeners(0, signal)
  const lock = join(project.folder, '.plumbline/landed', `${source.name}.lock`)
  return await withExclusiveLock(lock, { ...lockTerms, signal }, async () => {
    const folder = await openLandingFolder(project.folder, source, signal)
    const meter = openMeter(options.tell)
    const landing: Landing = {
      ...folder,
      projectFolder: project.folder,
      source,
      web: options.web ?? openWeb(options),
      environment: options.environment,
      patience: options.patience ?? patient,
      signal,
      meter,
    }
    const arrivals: Arrival[] = []
    for (const place of source.places) arrivals.push(...(await fetchPlace(landing, place, options)))
    const changes = await folder.settle(arrivals)
    return { name: source.name, into: source.into, ...changes, fetchedBytes: meter.read().bytes }
  })
}

async function fetchPlace(landing: Landing, place: SourcePlace, options: LandingOptions): Promise<readonly Arrival[]> {
  switch (place.kind) {
    case 'files':
      return []
    case 'https': {
      const { fetchHttps } = await import('./fetch-https.ts')
      return [await fetchHttps(landing, place.url)]
    }
    case 'program':
      return await options.runProgram(place, (folder) => adoptFiles(landing, folder, place.run))
    case 's3': {
      const { fetchS3 } = await import('./fetch-s3.ts')
      return await fetchS3(landing, place)
    }
    case 'sqlite':
    case 'postgres': {
      const { fetchTable } = await import('./fetch-table.ts')
      return [await fetchTable(landing, place)]
    }
  }
}
