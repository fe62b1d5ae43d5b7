import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Project } from '../project/project.ts'
import { parseProject, projectFile, readProject } from '../project/read-project.ts'
import { commitOf, gitText } from './git-text.ts'

/** A contract's text, and where it is from: `contract.yaml`, `main:contract.yaml`. */
export interface ContractText {
  readonly name: string
  readonly text: string
}

/** The same contract on both sides; one of them may lack it. */
export interface ContractTexts {
  readonly from: ContractText | undefined
  readonly to: ContractText | undefined
}

export interface SidesWanted {
  /** The project's folder, absolute. */
  readonly folder: string
  /** A file, a revision or `REVISION:path`; without one, the pull request's base, else HEAD. */
  readonly from?: string | undefined
  /** Without one, the files as they lie there. */
  readonly to?: string | undefined
  /** Name of the branch into which a pull request is to be merged. */
  readonly baseBranch?: string | undefined
}

/** The texts to be compared: of all the project's contracts where both sides are whole revisions, else of the one named. */
export async function readContractSides(wanted: SidesWanted): Promise<Read<readonly ContractTexts[]>> {
  const { folder } = wanted
  const from = wanted.from === undefined ? await baseSide(folder, wanted.baseBranch) : await locate(folder, wanted.from)
  const to: Side = wanted.to === undefined ? { kind: 'working-tree' } : await locate(folder, wanted.to)
  if (isOne(from) && isOne(to))
    return { ok: true, value: [{ from: await readOne(folder, from), to: await readOne(folder, to) }] }

  const project = await readProject(folder)
  if (!project.ok) return project
  const known = { from: await contractsOf(project.value, from), to: await contractsOf(project.value, to) }
  if (isOne(from) || isOne(to)) {
    return { ok: true, value: [await readBeside(project.value, from, to, isOne(from) ? known.to : known.from)] }
  }
  const pairs: ContractTexts[] = []
  for (const key of new Set([...known.to.keys(), ...known.from.keys()])) {
    const before = known.from.get(key)
    const after = known.to.get(key)
    const old = before === undefined ? undefined : await readAt(folder, from, before)
    const young = after === undefined ? undefined : await readAt(folder, to, after)
    if (old || young) pairs.push({ from: old, to: young })
  }
  return { ok: true, value: pairs }
}

type Side =
  | { readonly kind: 'working-tree' }
  | { readonly kind: 'revision'; readonly name: string; readonly commit: string }
  | { readonly kind: 'file'; readonly path: string }
  /** `REVISION:path`, as git takes it. */
  | { readonly kind: 'blob'; readonly name: string }

type OneFile = Side & { readonly kind: 'file' | 'blob' }

function isOne(side: Side): side is OneFile {
  return side.kind === 'file' || side.kind === 'blob'
}

/** In a pull request what it started from, so that what others merged meanwhile is not its doing. */
async function baseSide(folder: string, baseBranch: string | undefined): Promise<Side> {
  if (baseBranch !== undefined) {
    for (const name of [`origin/${baseBranch}`, baseBranch]) {
      const base = await commitOf(folder, name)
      if (base === undefined) continue
      const common = (await gitText(folder, ['merge-base', base, 'HEAD']))?.trim()
      return { kind: 'revision', name, commit: common || base }
    }
    const message = `Cannot compare with "${baseBranch}": this clone does not hold the branch; expected origin/${baseBranch}`
    throw new Fault('cli/bad-input', message, { remedy: 'Give actions/checkout fetch-depth: 0.' })
  }
  const commit = await commitOf(folder, 'HEAD')
  if (commit !== undefined) return { kind: 'revision', name: 'HEAD', commit }
  throw new Fault(
    'project/no-git',
    'Cannot compare with HEAD: there is no commit here; expected a git repository with one',
    {
      remedy: 'Commit the contract first, or name two files: plumbline contract diff old.yaml new.yaml',
    },
  )
}

/** Never guesses: what is a file and a revision at once is refused. */
async function locate(folder: string, given: string): Promise<Side> {
  const isFile = (await stat(resolve(folder, given)).catch(() => undefined))?.isFile() === true
  const commit = await commitOf(folder, given)
  if (isFile && commit !== undefined) {
    throw new Fault(
      'cli/bad-input',
      `Cannot compare with "${given}": it is a file and a revision; expected one of them`,
      {
        remedy: `Write ./${given} for the file, or ${commit.slice(0, 12)} for the commit.`,
      },
    )
  }
  if (isFile) return { kind: 'file', path: given }
  if (commit !== undefined) return { kind: 'revision', name: given, commit }
  if (given.includes(':') && (await gitText(folder, ['cat-file', '-e', '--end-of-options', given])) !== undefined) {
    return { kind: 'blob', name: given }
  }
  throw new Fault('cli/bad-input', `Cannot compare with "${given}": there is no such file, and no such revision`, {
    remedy: await remedyFor(folder, given),
  })
}

async function remedyFor(folder: string, given: string): Promise<string> {
  const names = (await gitText(folder, ['for-each-ref', '--format=%(refname:short)'])) ?? ''
  const meant = nearestName(given, names.split('\n').filter(Boolean))
  if (meant !== undefined) return `Did you mean "${meant}"?`
  const isShallow = (await gitText(folder, ['rev-parse', '--is-shallow-repository']))?.trim() === 'true'
  return isShallow
    ? 'This clone is shallow: fetch the whole history, or give actions/checkout fetch-depth: 0.'
    : 'Name a file, a branch, a tag, a commit, or REVISION:path such as main:contract.yaml.'
}

/** Where a side keeps its contracts, by what they are of: a revision may name other files than the working tree does. */
async function contractsOf(project: Project, side: Side): Promise<ReadonlyMap<string, string>> {
  if (side.kind !== 'revision') return pathsOf(project)
  const text = await blob(project.folder, side.commit, projectFile)
  const read = text === undefined ? undefined : parseProject(project.folder, text)
  return pathsOf(read?.ok ? read.value : project)
}

function pathsOf({ data, features, stages }: Project): ReadonlyMap<string, string> {
  const ofStages = [{ name: 'features', contract: features.contract }, ...stages].flatMap(({ name, contract }) =>
    contract === undefined ? [] : [[`stage ${name}`, contract] as const],
  )
  return new Map([...data.sources.map(({ contract }, place) => [`source ${place}`, contract] as const), ...ofStages])
}

/** One side names a file; the other is the same contract in a revision, or else the project's first. */
async function readBeside(
  project: Project,
  from: Side,
  to: Side,
  paths: ReadonlyMap<string, string>,
): Promise<ContractTexts> {
  const { folder } = project
  const named = isOne(from) ? from : isOne(to) ? to : undefined
  const path =
    named?.kind === 'file'
      ? relative(folder, resolve(folder, named.path)).replaceAll('\\', '/')
      : named?.name.split(':')[1]
  const same = [...paths.values()].find((known) => known === path) ?? project.data.contract
  const read = async (side: Side) => (isOne(side) ? await readOne(folder, side) : await readAt(folder, side, same))
  return { from: await read(from), to: await read(to) }
}

async function readOne(folder: string, side: OneFile): Promise<ContractText> {
  const name = side.kind === 'file' ? side.path.replaceAll('\\', '/') : side.name
  if (side.kind === 'file') return { name, text: await readFile(resolve(folder, side.path), 'utf8') }
  return { name, text: (await gitText(folder, ['cat-file', 'blob', side.name])) ?? '' }
}

/** A contract of the project; undefined where that side lacks it. */
async function readAt(folder: string, side: Side, path: string): Promise<ContractText | undefined> {
  if (side.kind === 'revision') {
    const text = await blob(folder, side.commit, path)
    return text === undefined ? undefined : { name: `${side.name}:${path}`, text }
  }
  const text = await readFile(resolve(folder, path), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : { name: path, text }
}

async function blob(folder: string, commit: string, path: string): Promise<string | undefined> {
  return await gitText(folder, ['cat-file', 'blob', `${commit}:./${path}`])
}
