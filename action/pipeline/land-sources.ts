import { Fault } from '../base/fault.ts'
import type { HiddenTexts } from '../base/hidden-texts.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Progress } from '../base/progress.ts'
import { type LandedSource, landSource } from '../data/sources/land-source.ts'
import { hasLanded } from '../data/sources/landed-manifest.ts'
import type { Patience } from '../data/sources/retry-delay.ts'
import type { Web } from '../data/sources/web.ts'
import type { Project, SourcePolicy } from '../project/project.ts'
import { isFetched } from '../project/read-sources.ts'
import { wordChanges, wordLandingProgress } from '../report/word-landing.ts'
import { knownSecrets } from './known-secrets.ts'
import { runSource } from './run-source.ts'

export interface SourcesToLand {
  readonly project: Project
  /** Names of sources; none: all that are fetched. */
  readonly names?: readonly string[]
  /** Only those of which nothing has landed yet. */
  readonly onlyMissing?: boolean
  /** Whether programs may run here; what they landed before is taken as it is where they may not. */
  readonly runsPrograms: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly web?: Web
  readonly patience?: Patience
  /** Hears of the project's secrets, so that nobody is shown them. */
  readonly hidden?: HiddenTexts
}

/** Brings what is fetched, source by source, and tells of each. Throws faults `source/…` and those of a stage. */
export async function landSources(wish: SourcesToLand): Promise<readonly LandedSource[]> {
  await wish.hidden?.hide(knownSecrets(wish.project, wish.environment))
  const landed: LandedSource[] = []
  for (const source of chosen(wish)) {
    const isLanded = await hasLanded(wish.project.folder, source)
    if (wish.onlyMissing && isLanded) continue
    const isProgram = source.places.some(({ kind }) => kind === 'program')
    if (isProgram && !wish.runsPrograms) {
      if (!isLanded) throw notRun(source)
      continue
    }
    landed.push(await landOne(source, wish))
  }
  return landed
}

function chosen({ project, names = [] }: SourcesToLand): readonly SourcePolicy[] {
  const { sources } = project.data
  if (names.length === 0) return sources.filter(isFetched)
  return names.map((name) => {
    const source = sources.find((known) => known.name === name)
    if (!source) throw unknownSource(name, sources)
    if (isFetched(source)) return source
    throw new Fault('cli/bad-input', `Cannot fetch "${name}": its files lie in this folder; expected a remote source`, {
      remedy: 'Pin them as they are: plumbline snapshot',
    })
  })
}

async function landOne(source: SourcePolicy, wish: SourcesToLand): Promise<LandedSource> {
  const { project, environment, progress, signal, web, patience } = wish
  const step = source.name
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  progress.started(step)
  try {
    const landed = await landSource(source, {
      project,
      environment,
      signal,
      tell: (now) => {
        if (seconds() > quietSeconds) progress.update(step, wordLandingProgress(now, seconds()))
      },
      runProgram: (place, use) => runSource({ project, source, place, environment, progress, signal }, use),
      ...(web && { web }),
      ...(patience && { patience }),
    })
    const isNews = landed.gone.length > 0 || landed.files.some(({ change }) => change !== 'unchanged')
    progress.finished(step, isNews ? 'done' : 'skipped', wordChanges(landed), seconds())
    return landed
  } catch (error) {
    progress.finished(step, 'failed', '', seconds())
    throw error
  }
}

const quietSeconds = 2

function unknownSource(name: string, sources: readonly SourcePolicy[]): Fault {
  const names = sources.map((source) => source.name)
  const near = nearestName(name, names)
  return new Fault('cli/bad-input', `Cannot fetch "${name}": no source has that name`, {
    remedy: near === undefined ? `Name one of: ${names.join(', ')}.` : `Did you mean "${near}"?`,
  })
}

function notRun({ name, into, line }: SourcePolicy): Fault {
  return new Fault(
    'source/not-run',
    `Cannot read source "${name}": its program does not run here; expected what it wrote in ${into} (plumbline.yaml:${line})`,
    {
      remedy: 'Run plumbline data fetch first, in a job that may only read, and hand its files on to this one.',
    },
  )
}
