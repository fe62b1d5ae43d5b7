import { labelSection } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { globsOf } from '../project/read-sources.ts'
import { findSourceFiles } from './find-source-files.ts'
import type { SourceFile } from './source-file.ts'

/** Files by what they hold. */
export interface SectionFiles<File extends SourceFile = SourceFile> {
  /** Of the first source: the rows that are predicted. */
  readonly features: readonly File[]
  /** None where the first source holds the target. */
  readonly labels: readonly File[]
  /** Of the sources that are joined onto the first, by name. */
  readonly joined: Readonly<Record<string, readonly File[]>>
}

/** The data files that lie there now. Throws the faults of `findSourceFiles()`. */
export async function findSections({ folder, data }: Project): Promise<SectionFiles> {
  const [first, ...others] = data.sources
  const joined: Record<string, readonly SourceFile[]> = {}
  const features = await findSourceFiles(folder, globsOf(first), data.encoding)
  for (const source of others) joined[source.name] = await findSourceFiles(folder, globsOf(source), data.encoding)
  return {
    features,
    labels: data.labels ? await findSourceFiles(folder, data.labels.source, data.encoding) : [],
    joined,
  }
}

/** What `work` makes of the files of each section. */
export async function mapSections<From extends SourceFile, To extends SourceFile>(
  { features, labels, joined }: SectionFiles<From>,
  work: (files: readonly From[]) => Promise<readonly To[]>,
): Promise<SectionFiles<To>> {
  const others: Record<string, readonly To[]> = {}
  const made = { features: await work(features), labels: await work(labels) }
  for (const [name, files] of Object.entries(joined)) others[name] = await work(files)
  return { ...made, joined: others }
}

/** Every file, in all sections. */
export function allFiles<File extends SourceFile>({ features, labels, joined }: SectionFiles<File>): readonly File[] {
  return [...features, ...Object.values(joined).flat(), ...labels]
}

/** The lock's names of the sections, in its order, with their files. */
export function namedSections<File extends SourceFile>(
  { data }: Project,
  { features, labels, joined }: SectionFiles<File>,
): readonly (readonly [section: string, files: readonly File[]])[] {
  const sources = data.sources.map(({ name }, place) => [name, place === 0 ? features : (joined[name] ?? [])] as const)
  return data.labels ? [...sources, [labelSection, labels]] : sources
}
