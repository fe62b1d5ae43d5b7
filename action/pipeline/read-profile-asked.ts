import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { findNamedFiles } from '../data/find-named-files.ts'
import { findSourceFiles } from '../data/find-source-files.ts'
import { declaredEncoding, type SourceFile } from '../data/source-file.ts'
import { type Contract, isClassified } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { readContracts } from '../project/read-contract.ts'
import { projectFile, readProject } from '../project/read-project.ts'
import { globsOf } from '../project/read-sources.ts'
import type { ProfileAsked } from './profile-sample.ts'

export interface NamedProfile extends ProfileAsked {
  readonly files: readonly SourceFile[]
  /** As somebody named them. */
  readonly named: string
}

/** Where nobody says otherwise. */
const defaultMinCount = 20

/**
 * The files that are named, else those of the first source of the project in the folder. A project that is there says which
 * columns show no value, and what is rare; its contract says what the columns of its own source are.
 */
export async function readProfileAsked(
  folder: string,
  { data, time }: { readonly data: readonly string[]; readonly time: string | undefined },
): Promise<Read<NamedProfile>> {
  const isProject = await stat(join(folder, projectFile)).then(
    () => true,
    () => false,
  )
  if (!isProject) {
    if (data.length === 0) throw nothingNamed()
    const named = await findNamed(folder, data)
    return { ok: true, value: { ...named, time, minCount: defaultMinCount, classified: new Set() } }
  }
  const project = await readProject(folder)
  if (!project.ok) return project
  const contracts = await readContracts(project.value)
  if (!contracts.ok) return contracts
  const discretion = {
    minCount: project.value.privacy.minCount,
    classified: new Set(contracts.value.tables.flatMap(({ contract }) => classifiedIn(contract))),
  }
  if (data.length > 0) {
    const { files, named } = await findNamed(folder, data)
    return { ok: true, value: { files: await asTheirOwn(project.value, files), named, time, ...discretion } }
  }
  const [{ contract }] = contracts.value.tables
  const first = await findFirst(project.value)
  return { ok: true, value: { ...first, time: time ?? project.value.model.time, contract, ...discretion } }
}

type NamedFiles = Pick<NamedProfile, 'files' | 'named'>

async function findNamed(folder: string, data: readonly string[]): Promise<NamedFiles> {
  const found = new Map<string, SourceFile>()
  for (const named of data) {
    for (const file of await findNamedFiles(folder, named)) found.set(file.absolutePath, file)
  }
  return { files: [...found.values()], named: data.join(', ') }
}

async function findFirst({ folder, data }: Project): Promise<NamedFiles> {
  const globs = globsOf(data.sources[0])
  return { files: await findSourceFiles(folder, globs, data.encoding), named: globs.join(', ') }
}

/** Files of the project's sources are in its encoding, whoever names them. */
async function asTheirOwn({ folder, data }: Project, files: readonly SourceFile[]): Promise<readonly SourceFile[]> {
  if (data.encoding === undefined) return files
  // A source that has no files has none of these either.
  const found = await Promise.all(
    data.sources.map((source) => findSourceFiles(folder, globsOf(source)).catch(() => [])),
  )
  const own = new Set(found.flat().map(({ absolutePath }) => absolutePath))
  return files.map((file) =>
    own.has(file.absolutePath) ? { ...file, ...declaredEncoding(file.path, data.encoding) } : file,
  )
}

/** Under every name that files have for them. */
function classifiedIn({ columns }: Contract): string[] {
  return columns.filter(isClassified).flatMap(({ name, aliases }) => [name, ...aliases])
}

function nothingNamed(): Fault {
  return new Fault('cli/missing-input', 'Cannot profile: no data is named, and there is no plumbline.yaml here', {
    remedy: "Name a file or a glob: plumbline profile --data 'data/*.csv'",
  })
}
