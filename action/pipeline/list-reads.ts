import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { normalize } from 'node:path/posix'
import { promisify } from 'node:util'

import { glob } from 'tinyglobby'

import { Fault } from '../base/fault.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { packedFolder } from '../project/packed-folder.ts'
import { globsOf } from '../project/read-sources.ts'

const alwaysLeftOut = ['**/.plumbline/**', '.git/**', '**/node_modules/**']
/** What does not make a model's bytes, or enters the keys on its own. */
const leftOutByDefault = [
  'plumbline.yaml',
  'data.lock.yaml',
  'snapshots/*.lock.yaml',
  'docs/**',
  '**/*.md',
  '**/LICENSE*',
  '.github/**',
  '.gitignore',
]

/** Path relative to the project → SHA-256, sorted by path. */
export type Reads = Readonly<Record<string, string>>

/**
 * Tells the files that a stage may read. Rows never are: a stage gets those of its fit as an input. `pinned` holds the
 * SHA-256 of the snapshot's files, so that a copy is known too. What stages share is looked up once: hundreds of them cost
 * little more than one.
 */
export function openReads(project: Project, pinned: ReadonlySet<string>): (stage: ProgramStage) => Promise<Reads> {
  const digests = new Map<string, Promise<string | undefined>>()
  let withheld: Promise<WithheldPlaces> | undefined
  let byDefault: Promise<Reads> | undefined
  const digestOf = (path: string): Promise<string | undefined> => {
    const known = digests.get(path)
    if (known) return known
    const found = (withheld ??= withheldPlaces(project)).then((places) => readableDigest(project, path, places))
    digests.set(path, found)
    return found
  }
  const read = async (paths: readonly string[], refuse: (path: string) => void): Promise<Reads> => {
    const reads: Record<string, string> = {}
    for (const path of paths.toSorted()) {
      const sha256 = await digestOf(path)
      if (sha256 !== undefined && !pinned.has(sha256)) reads[path] = sha256
      else refuse(path)
    }
    return reads
  }
  return async (stage) => {
    if (!stage.reads) return await (byDefault ??= defaultReads(project).then((paths) => read(paths, () => undefined)))
    return await read(await namedReads(project, stage, stage.reads), (path) => {
      throw readsData(project, stage, path)
    })
  }
}

/** Undefined for what holds rows or results. */
async function readableDigest(project: Project, path: string, withheld: WithheldPlaces): Promise<string | undefined> {
  const place = await placeInside(withheld.root, project.folder, path)
  return isWithheld(place, withheld) ? undefined : await sha256OfFile(join(project.folder, path))
}

async function namedReads(project: Project, stage: ProgramStage, globs: readonly string[]): Promise<string[]> {
  const found = await glob([...globs], { cwd: project.folder, dot: true, onlyFiles: true, ignore: alwaysLeftOut })
  if (found.length > 0) return found
  throw new Fault(
    'pipeline/no-reads',
    `Cannot run stage "${stage.name}": nothing fits its reads, ${globs.join(', ')}`,
    {
      remedy: `Correct reads: of the stage, ${project.file}:${stage.line}.`,
    },
  )
}

/** Every file under the project, tracked or untracked and not ignored, but locks, contracts and prose. */
async function defaultReads(project: Project): Promise<string[]> {
  const ignore = [...alwaysLeftOut, ...leftOutByDefault, ...contractsOf(project)]
  const files = await glob(['**'], { cwd: project.folder, dot: true, onlyFiles: true, ignore })
  const known = await filesKnownToGit(project.folder)
  const models = files
    .filter((file) => /(^|\/)plumbline\.yaml$/.test(file))
    .map((file) => file.slice(0, -'plumbline.yaml'.length))
  return files.filter((file) => (!known || known.has(file)) && !models.some((folder) => file.startsWith(folder)))
}

function contractsOf({ data, features, stages }: Project): string[] {
  const contracts = [
    ...data.sources.map(({ contract }) => contract),
    features.contract,
    ...stages.map(({ contract }) => contract),
  ]
  return contracts.flatMap((path) => (path === undefined ? [] : [normalize(path)]))
}

/** Where rows and results lie. */
interface WithheldPlaces {
  /** The project's folder without links on the way to it. */
  readonly root: string
  /** Relative to the root, with `/`. */
  readonly folders: readonly string[]
  readonly dataFiles: ReadonlySet<string>
}

async function withheldPlaces({ folder, data }: Project): Promise<WithheldPlaces> {
  const root = await realpath(folder)
  const globs = [...data.sources.flatMap(globsOf), ...(data.labels?.source ?? [])].map((text) =>
    text.replace(/^\.\//, ''),
  )
  const dataFiles = await glob(globs, { cwd: folder, onlyFiles: true, expandDirectories: false })
  const store = data.store.kind === 'file' ? relative(root, resolve(root, data.store.path)) : ''
  const stores = store === '' || isOutside(store) ? [] : [store.split(sep).join('/')]
  return { root, folders: ['.plumbline', '.git', packedFolder, ...stores], dataFiles: new Set(dataFiles) }
}

function isWithheld(place: string, { folders, dataFiles }: WithheldPlaces): boolean {
  return dataFiles.has(place) || folders.some((folder) => place.startsWith(`${folder}/`))
}

/** Undefined where there is no repository: then every file counts. */
async function filesKnownToGit(folder: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        cwd: folder,
        maxBuffer: 1 << 28,
      },
    )
    return new Set(stdout.split('\0'))
  } catch {
    return undefined
  }
}

/** Where a path really leads, relative to the root; throws where that is outside. */
async function placeInside(root: string, folder: string, path: string): Promise<string> {
  const place = relative(root, await realpath(join(folder, path)))
  if (!isOutside(place)) return place.split(sep).join('/')
  throw new Fault(
    'pipeline/reads-outside',
    `Cannot read "${path}": it links to a file outside the project; expected one inside`,
    {
      remedy: 'Copy the file into the project, or name the stage’s reads without it.',
    },
  )
}

function isOutside(place: string): boolean {
  return place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place)
}

function readsData(project: Project, stage: ProgramStage, path: string): Fault {
  return new Fault(
    'pipeline/reads-data',
    `Cannot run stage "${stage.name}": its reads name "${path}", which holds rows or results; expected code`,
    {
      remedy: `Leave it out of reads:, ${project.file}:${stage.line}; the stage gets its rows in PLUMBLINE_IN_FEATURES.`,
    },
  )
}
