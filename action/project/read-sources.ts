import type { Diagnostic } from '../base/diagnostic.ts'
import type { LineOf } from './check-project.ts'
import { labelSection } from './data-lock.ts'
import type { DataPolicy, SourcePolicy } from './project.ts'
import type { ProjectDocument } from './project-schema.ts'
import { parseSourcePlace, type SourcePlace, shownPlace } from './source-place.ts'

/** The lock's section of the one source that has no name. */
const unnamedSource = 'features'

type DataDocument = ProjectDocument['data']
type NamedSource = Exclude<DataDocument['source'], readonly string[]>[string]

/** The tables of `data.source`, whether it names them or not. Its places must have been checked. */
export function readSources(data: DataDocument, lineOf: LineOf): DataPolicy['sources'] {
  const { source, contract } = data
  const [first, ...others] = Array.isArray(source)
    ? [{ ...unnamed, name: unnamedSource, places: placesOf(source), contract, line: lineOf(['data', 'source']).line }]
    : Object.entries(source).map(([name, given]) => namedSource(name, given, contract, lineOf))
  if (first === undefined) throw new Error('Cannot read data.source: it names no source')
  return [first, ...others]
}

/** What is wrong with where sources come from, and with how they are joined. */
export function checkSources(file: string, { source, labels }: DataDocument, lineOf: LineOf): Diagnostic[] {
  const found: Diagnostic[] = []
  if (labels) checkPlaces(labels.source, ['data', 'labels', 'source'], true)
  if (Array.isArray(source)) checkPlaces(source, ['data', 'source'], false)
  else {
    const named = Object.entries(source)
    if (named.length === 0) add(['data', 'source'], 'Cannot read "data.source": it names no source', 'Name one.')
    for (const [index, [name, given]] of named.entries()) checkNamed(name, given, index === 0)
    checkFolders(named)
  }
  return found

  function add(path: readonly string[], message: string, remedy: string): void {
    found.push({ code: 'project/value', file, ...lineOf(path), message, remedy })
  }

  function checkNamed(name: string, given: NamedSource, isFirst: boolean): void {
    const path = ['data', 'source', name]
    const { from, run, on, contract, sha256 } = given
    if (takenSections.has(name)) {
      add(path, `Cannot call a source "${name}": data.lock.yaml has a key of that name`, 'Give it another name.')
    }
    if ((from === undefined) === (run === undefined)) {
      const state = from === undefined ? 'it has neither from nor run' : 'it has both from and run'
      add(
        path,
        `Cannot read source "${name}": ${state}; expected one of them`,
        'Write from: data/*.csv, or run: a program.',
      )
    }
    checkPlaces(from ?? [], [...path, 'from'], false)
    if (sha256 !== undefined && !isOneRemote(from)) {
      add([...path, 'sha256'], `Cannot use "sha256" of source "${name}": it has no one remote file`, 'Take it out.')
    }
    if (run === undefined) checkProgramKeys(name, given)
    if (isFirst && on.length > 0) {
      add(
        [...path, 'on'],
        `Cannot join source "${name}": it is the first, onto which others are joined`,
        'Take "on" out.',
      )
    } else if (!isFirst && on.length === 0) {
      add(
        path,
        `Cannot join source "${name}": it has no "on"; expected the columns that the first source holds too`,
        'Add on: COLUMN.',
      )
    }
    if (!isFirst && contract === undefined) {
      add(path, `Cannot check source "${name}": it has no contract`, `Add contract: ${name}.contract.yaml.`)
    }
  }

  /** What one source no longer has is removed, and must not be another's. */
  function checkFolders(named: readonly (readonly [string, NamedSource])[]): void {
    const folders = named
      .filter(([, { from, run }]) => run !== undefined || from?.some((text) => !isGlob(text)))
      .map(([name, { into = `data/${name}` }]) => ({ name, into: into.replace(/^\.\/|\/+$/g, '') }))
    for (const [index, { name, into }] of folders.entries()) {
      const other = folders
        .slice(0, index)
        .find((one) => `${into}/`.startsWith(`${one.into}/`) || `${one.into}/`.startsWith(`${into}/`))
      if (!other) continue
      const message = `Cannot fetch source "${name}": it keeps what it fetches in "${into}", and source "${other.name}" in "${other.into}"`
      add(['data', 'source', name], message, 'Give each a folder of its own: into: FOLDER.')
    }
  }

  function checkProgramKeys(name: string, { env, secrets, timeout }: NamedSource): void {
    const given = { env: Object.keys(env).length > 0, secrets: secrets.length > 0, timeout: timeout !== undefined }
    for (const [key, isGiven] of Object.entries(given)) {
      if (isGiven)
        add(['data', 'source', name, key], `Cannot use "${key}" of source "${name}": no program runs`, 'Take it out.')
    }
  }

  function checkPlaces(texts: readonly string[], path: readonly string[], onlyFiles: boolean): void {
    for (const text of texts) {
      const parsed = parseSourcePlace(text)
      const expected = onlyFiles ? 'a glob in this folder' : parsed.ok ? undefined : parsed.expected
      const isGood = parsed.ok && (!onlyFiles || parsed.place.kind === 'files')
      if (!isGood) add(path, `Cannot read "${shownPlace(text)}" as a source: expected ${expected}`, 'Mend it.')
    }
  }
}

/** The lock’s own keys, and its section of labels. */
export const takenSections: ReadonlySet<string> = new Set(['version', 'until', labelSection])

const unnamed = { into: `data/${unnamedSource}`, on: [], env: {}, secrets: [] } as const

function namedSource(name: string, given: NamedSource, firstContract: string, lineOf: LineOf): SourcePolicy {
  return {
    name,
    places: given.run === undefined ? placesOf(given.from ?? []) : [{ kind: 'program', run: given.run }],
    into: given.into ?? `data/${name}`,
    contract: given.contract ?? firstContract,
    on: given.on,
    env: given.env,
    secrets: given.secrets,
    line: lineOf(['data', 'source', name]).line,
    ...(given.sha256 !== undefined && { sha256: given.sha256 }),
    ...(given.timeout !== undefined && { timeoutMs: given.timeout }),
  }
}

function placesOf(texts: readonly string[]): SourcePlace[] {
  return texts.map((text) => {
    const parsed = parseSourcePlace(text)
    if (!parsed.ok) throw new Error(`Cannot read "${text}" as a source: expected ${parsed.expected}`)
    return parsed.place
  })
}

function isGlob(text: string): boolean {
  const parsed = parseSourcePlace(text)
  return parsed.ok && parsed.place.kind === 'files'
}

function isOneRemote(from: readonly string[] | undefined): boolean {
  return from?.length === 1 && /^(https|s3):/i.test(from[0] ?? '') && !/[*?[{]/.test(from[0] ?? '')
}

/** Whether any of its files come from somewhere else than the model’s folder. */
export function isFetched({ places }: SourcePolicy): boolean {
  return places.some(({ kind }) => kind !== 'files')
}

/** The globs under which the files of a source lie, fetched or not. */
export function globsOf({ places, into }: SourcePolicy): readonly string[] {
  const globs = places.flatMap((place) => (place.kind === 'files' ? [place.glob] : []))
  return globs.length === places.length ? globs : [...globs, `${into}/**/*`]
}

/** The sections that the lock of a project has. */
export function sectionNames(data: DataPolicy): readonly string[] {
  const names = data.sources.map(({ name }) => name)
  return data.labels ? [...names, labelSection] : names
}
