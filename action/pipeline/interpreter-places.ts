import { access, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

export interface Lookup {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `3.12`; undefined for any that is new enough. */
  readonly wanted: string | undefined
  /** Where the programs start: pyenv looks there for `.python-version`. */
  readonly folder: string
}

/** A program that may be a Python, and what to put before its arguments. */
export interface Candidate {
  readonly file: string
  readonly args: readonly string[]
}

const isWindows = process.platform === 'win32'
const exe = isWindows ? '.exe' : ''

/** Every program that may be the wanted Python, in order of preference: PATH, then where other tools keep theirs. */
export async function* interpreterCandidates(lookup: Lookup): AsyncGenerator<Candidate> {
  for (const file of await onPath(lookup)) yield { file, args: [] }
  if (isWindows) yield { file: 'py.exe', args: [lookup.wanted === undefined ? '-3' : `-${lookup.wanted}`] }
  for (const { folder, named, inside } of keptFolders(lookup)) {
    for (const version of await newestFirst(folder, named, lookup.wanted)) {
      const file = join(folder, version, inside)
      if (await exists(file)) yield { file, args: [] }
    }
  }
}

/** Where a Python was looked for, in words. */
export function wordPlaces(lookup: Lookup): string {
  const folders = keptFolders(lookup).map(({ folder }) => folder)
  return ['PATH', ...(isWindows ? ['the launcher py'] : []), ...folders].join(', ')
}

async function onPath({ environment, wanted, folder }: Lookup): Promise<string[]> {
  const names = [...(wanted === undefined ? [] : [`python${wanted}`]), 'python3', 'python'].map((name) => name + exe)
  const folders = pathOf(environment)
    .split(delimiter)
    .filter((entry) => entry !== '')
  const found: string[] = []
  for (const name of names) {
    for (const entry of folders) {
      const file = join(entry, name)
      if (!(await exists(file))) continue
      const chosen = (await isPyenvShim(file)) ? await behindShim(file, environment, folder) : file
      if (chosen !== undefined) found.push(chosen)
    }
  }
  return found
}

/** Windows spells it `Path`. */
function pathOf(environment: Lookup['environment']): string {
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH')
  return (name === undefined ? undefined : environment[name]) ?? ''
}

async function isPyenvShim(file: string): Promise<boolean> {
  return !isWindows && /[/\\]shims$/.test(dirname(file)) && (await exists(join(dirname(file), '../versions')))
}

/**
 * The Python that pyenv's shim would start, found without starting it, which takes longer than all else here; the shim
 * itself where the choice is spelt in a way that only pyenv knows.
 */
async function behindShim(
  shim: string,
  environment: Lookup['environment'],
  folder: string,
): Promise<string | undefined> {
  const root = dirname(dirname(shim))
  const chosen = environment['PYENV_VERSION'] ?? (await chosenByFile(root, folder))
  for (const version of (chosen ?? 'system').split(/[:\s]+/).filter((part) => part !== '')) {
    if (version === 'system') continue
    if (!(await exists(join(root, 'versions', version)))) return shim
    const file = join(root, 'versions', version, 'bin', shim.slice(dirname(shim).length + 1))
    if (await exists(file)) return file
  }
  return undefined
}

async function chosenByFile(root: string, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const text = await readFile(join(at, '.python-version'), 'utf8').catch(() => undefined)
    if (text !== undefined) return text.replaceAll(/#.*$/gm, '')
    if (at === dirname(at)) break
  }
  return readFile(join(root, 'version'), 'utf8').catch(() => undefined)
}

interface KeptFolder {
  readonly folder: string
  /** A version's folder in it; its first group is the version. */
  readonly named: RegExp
  /** From there to the program. */
  readonly inside: string
}

/** The runner's tool cache, pyenv's and uv's own. */
function keptFolders({ environment }: Lookup): readonly KeptFolder[] {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir()
  const program = isWindows ? 'python.exe' : 'bin/python3'
  const toolCaches = [environment['RUNNER_TOOL_CACHE'], environment['AGENT_TOOLSDIRECTORY']]
  const pyenv = environment['PYENV_ROOT'] ?? join(home, isWindows ? '.pyenv/pyenv-win' : '.pyenv')
  const uv =
    environment['UV_PYTHON_INSTALL_DIR'] ??
    (isWindows
      ? join(environment['APPDATA'] ?? join(home, 'AppData/Roaming'), 'uv/python')
      : join(environment['XDG_DATA_HOME'] ?? join(home, '.local/share'), 'uv/python'))
  return [
    ...[...new Set(toolCaches.filter((folder) => folder !== undefined && folder !== ''))].map((folder) => ({
      folder: join(folder ?? '', 'Python'),
      named: /^(3\.\d+\.\d+)$/,
      inside: join(process.arch, program),
    })),
    { folder: join(pyenv, 'versions'), named: /^(3\.\d+\.\d+)$/, inside: program },
    { folder: uv, named: /^cpython-(3\.\d+\.\d+)-/, inside: program },
  ]
}

async function newestFirst(folder: string, named: RegExp, wanted: string | undefined): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const versionOf = (name: string) => named.exec(name)?.[1] ?? ''
  return names
    .filter((name) => (wanted === undefined ? versionOf(name) !== '' : versionOf(name).startsWith(`${wanted}.`)))
    .sort((a, b) => versionOf(b).localeCompare(versionOf(a), 'en', { numeric: true }))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
