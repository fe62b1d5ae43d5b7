import type { Read } from '../base/diagnostic.ts'
import { type Progress, silent, startLate } from '../base/progress.ts'
import type { Contract } from '../project/contract.ts'
import type { DataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import type { EventSpan } from './event-time.ts'
import { factsKey, factsTerms, type FileFacts, keepFacts, type KnownFacts, readFacts } from './file-facts.ts'
import type { FileToMeasure } from './ask-engine.ts'
import { countLargeCsv, type LargeCsv, startLargeCsv } from './count-large-csv.ts'
import type { SnapshotFiles } from './fetch-snapshot.ts'
import { type HashedFile, hashFiles, type KnownHashes, readHashes, smallBytes } from './hash-files.ts'
import { plainCsv } from './plain-csv.ts'
import { type PlainStart, planPlainCsv } from './plan-plain-csv.ts'
import { mapSections, type SectionFiles } from './section-files.ts'
import type { SourceFile } from './source-file.ts'

/** Files with their digests, and what their bytes come to. */
export interface InspectedFiles {
  readonly files: SnapshotFiles
  /** By `factsKey()`: of every file here, and of those that the previous lock pins, as far as they were ever looked at. */
  readonly facts: KnownFacts
}

export interface InspectOptions {
  /** Its files' facts are kept too, so that the next snapshot can be compared with it. */
  readonly previous?: DataLock
  /** These are not all: what is known of others stays known. */
  readonly isPartial?: boolean
  readonly signal?: AbortSignal
  readonly progress?: Progress
}

/**
 * Hashes files and counts their rows, both in one reading where the file is small; large ones are counted meanwhile, by the
 * engine where they are not plain.
 * What is known of the same bytes under the same promises is not looked at again.
 */
export async function inspectFiles(
  project: Project,
  contract: Contract | undefined,
  found: SectionFiles,
  options: InspectOptions = {},
): Promise<Read<InspectedFiles>> {
  const { signal, progress = silent, isPartial = false } = options
  const promised = contract?.columns.find(({ name }) => name === project.model.time)
  const terms = factsTerms(promised, project.model.time, project.data.encoding)
  // What an undeclared time is shows only in all files together.
  const isLasting = project.model.time === undefined || promised !== undefined
  const hashes = await readHashes(project.folder)
  const known = isLasting ? await readFacts(project.folder, terms) : new Map<string, FileFacts>()

  const items = itemsOf(found)
  const fresh = items.filter((item) => !isKnown(item, hashes, known))
  const withDigests = (digestIn: ReadonlyMap<string, { readonly sha256: string }>) =>
    mapSections(found, async (section) =>
      section.map((file) => ({ ...file, sha256: digestIn.get(file.path)?.sha256 ?? '' })),
    )
  if (fresh.length === 0) return { ok: true, value: { files: await withDigests(hashes), facts: known } }

  const plan = { ordered: planPlainCsv(promised), other: planPlainCsv(undefined) }
  const planOf = ({ isOrdered }: Item, file: SourceFile, head: Buffer) =>
    isOrdered && !isLasting ? undefined : (isOrdered ? plan.ordered : plan.other)(file, head)

  const ask = async (asked: readonly Item[]) => {
    if (asked.length === 0) return { ok: true as const, value: new Map<Item, FileFacts>() }
    const { askEngine } = await import('./ask-engine.ts')
    return await askEngine(project, contract, asked, signal)
  }
  const large = fresh.flatMap((item) => startOfLarge(item, planOf) ?? [])
  const isLarge = new Set(large.map(({ item }) => item))
  const foreign = fresh.filter((item) => isForEngine(item) && !isLarge.has(item) && (isLasting || !item.isOrdered))
  // Awaited below, after the hashing, with which both overlap.
  const answering = ask(foreign)
  const counting = countLargeCsv(large, signal)
  for (const overlapping of [answering, counting]) overlapping.catch(() => undefined)

  const noted = new Map<Item, FileFacts>()
  const hashed = await hashAndCount(project.folder, items, {
    isPartial,
    hashes,
    fresh,
    planOf,
    noted,
    progress,
    signal,
  })
  const digestOf = new Map(hashed.map((file) => [file.path, file]))
  for (const [{ item }, own] of await counting) noted.set(item, own)
  const answers = [await answering]
  const keyOf = ({ file, isOrdered }: Item) => factsKey(digestOf.get(file.path)?.sha256 ?? '', file.path, isOrdered)
  const isDone = new Set<Item>(foreign)
  answers.push(await ask(items.filter((item) => !isDone.has(item) && !noted.has(item) && !known.has(keyOf(item)))))
  const diagnostics = answers.flatMap((answer) => (answer.ok ? [] : answer.diagnostics))
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  for (const answer of answers) if (answer.ok) for (const [item, own] of answer.value) noted.set(item, own)

  const facts = new Map<string, FileFacts>(isPartial ? known : [])
  for (const key of previousKeys(project, options.previous)) {
    const old = known.get(key)
    if (old) facts.set(key, old)
  }
  for (const item of items) {
    const own = noted.get(item) ?? known.get(keyOf(item))
    if (own) facts.set(keyOf(item), own)
  }
  if (isLasting && (noted.size > 0 || facts.size !== known.size)) await keepFacts(project.folder, terms, facts)
  return { ok: true, value: { files: await withDigests(digestOf), facts } }
}

interface Counting {
  readonly isPartial: boolean
  readonly hashes: KnownHashes
  readonly fresh: readonly Item[]
  readonly planOf: (item: Item, file: SourceFile, head: Buffer) => PlainStart | undefined
  /** What is found is added here. */
  readonly noted: Map<Item, FileFacts>
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
}

/** A small file is hashed and counted while its bytes are at hand. */
async function hashAndCount(folder: string, items: readonly Item[], work: Counting): Promise<readonly HashedFile[]> {
  const { isPartial, hashes, fresh, planOf, noted, progress, signal } = work
  const byPath = groupByPath(fresh)
  const total = fresh.reduce((sum, { file }) => sum + file.bytes, 0)
  const since = performance.now()
  let isTold = false
  return await hashFiles(
    folder,
    items.map(({ file }) => file),
    {
      known: hashes,
      isPartial,
      ...(signal && { signal }),
      onRead(file, content) {
        for (const item of byPath.get(file.path) ?? []) {
          const facts = factsOfSmall(planOf(item, file, content), content)
          if (facts) noted.set(item, facts)
        }
      },
      onProgress(bytes) {
        if (performance.now() - since <= patienceMs) return
        const detail = `${Math.floor((100 * bytes) / Math.max(1, total))} % of the new bytes hashed`
        if (isTold) progress.update('snapshot', detail)
        else startLate(progress, 'snapshot', detail)
        isTold = true
      },
    },
  )
}

const patienceMs = 1000

type Item = FileToMeasure

function itemsOf({ features, labels, joined }: SectionFiles): readonly Item[] {
  const others = [...Object.values(joined).flat(), ...labels]
  return [...features.map((file) => ({ file, isOrdered: true })), ...others.map((file) => ({ file, isOrdered: false }))]
}

function isKnown({ file, isOrdered }: Item, hashes: KnownHashes, facts: KnownFacts): boolean {
  const hash = hashes.get(file.path)
  return hash !== undefined && hash.state === file.state && facts.has(factsKey(hash.sha256, file.path, isOrdered))
}

/** Those that are not counted as they are hashed. */
function isForEngine({ file: { path, bytes } }: Item): boolean {
  return bytes > smallBytes || !isCsv(path)
}

function isCsv(path: string): boolean {
  return /\.(csv|tsv)$/i.test(path)
}

/** Undefined where the file is small, or DuckDB must count it, which also says what keeps it from being read. */
function startOfLarge(item: Item, planOf: Counting['planOf']): (LargeCsv & { readonly item: Item }) | undefined {
  const { file } = item
  if (file.bytes <= smallBytes || !isCsv(file.path)) return undefined
  try {
    const large = startLargeCsv(file, (of, head) => planOf(item, of, head))
    return large && { ...large, item }
  } catch {
    return undefined
  }
}

function groupByPath(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(item.file.path, [...(groups.get(item.file.path) ?? []), item])
  return groups
}

function factsOfSmall(start: PlainStart | undefined, content: Buffer): FileFacts | undefined {
  if (!start) return undefined
  const csv = plainCsv(start.plan)
  return csv.take(content.subarray(start.bodyStart)) ? factsOf(start, csv.rows()) : undefined
}

function factsOf({ columns }: PlainStart, { rows, since, until }: EventSpan): FileFacts {
  return { rows, since, until, columns }
}

function previousKeys(project: Project, previous: DataLock | undefined): string[] {
  const [first] = project.data.sources
  return Object.entries(previous?.sections ?? {}).flatMap(([section, entries]) =>
    entries.map(({ sha256, path }) => factsKey(sha256, path, section === first.name)),
  )
}
