import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { silent } from '../base/progress.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { sha256 } from '../base/sha256.ts'
import type { Contract } from '../project/contract.ts'
import { packedFolder } from '../project/packed-folder.ts'
import type { Project } from '../project/project.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import type { PinnedFile } from './fetch-snapshot.ts'
import { factsKey, type KnownFacts } from './file-facts.ts'
import type { InspectedFiles, InspectOptions } from './inspect-files.ts'
import { packedColumns } from './packed-columns.ts'
import { escapePattern, quoteText } from './quote.ts'
import { rawRelation } from './read-source.ts'
import { openReading } from './reading-engine.ts'
import { allFiles, namedSections, type SectionFiles } from './section-files.ts'
import type { DescribedFile, SourceFile } from './source-file.ts'
import { draftOf, removeDeadDrafts } from './stores/copy-bytes.ts'

/** Of the way in which packs are made: another number, other packs. */
const recipe = 1
/** Smaller files are put together: opening a thousand takes longer than reading them. */
const smallBytes = 16_000_000
const packBytes = 64_000_000
/** Of a pack, where it has rows enough: two for each of sixteen cores, the same on every machine. */
const rowGroups = 32
const fewestRows = 8192
const mostRows = 122_880
/** DuckDB counts in vectors of so many rows. */
const vectorRows = 2048

/**
 * Writes the files of each section anew as Parquet with the contract's types, into `data/packed/<section>/`. A pack is named
 * by what it is made of, so that one that is there is not made again; its bytes are the same on every machine. A column with
 * a value that does not fit its type stays the text that it was, so that a contract says the same of both.
 */
export async function packFiles(
  project: Project,
  contract: Contract | undefined,
  inspected: InspectedFiles,
  { signal, progress = silent }: InspectOptions,
): Promise<Read<SectionFiles>> {
  const { files } = inspected
  const startMs = performance.now()
  progress.started('pack')
  const reach = { files: allFiles(files), folders: [join(project.folder, packedFolder)] }
  await using engine = await openReading(reach, signal)
  const folders = [...reach.folders, engine.textFolder]
  await using slowly = await openReading({ ...reach, folders, threads: 1 }, signal)
  const diagnostics: Diagnostic[] = []
  const packed = new Map<string, readonly SourceFile[]>()
  let made = 0
  for (const [section, packs] of planPacks(project, contract, inspected)) {
    const done: SourceFile[] = []
    await removeDeadDrafts([join(project.folder, packedFolder, section)])
    for (const [place, pack] of packs.entries()) {
      signal?.throwIfAborted()
      progress.update('pack', `${section}: ${place + 1} of ${packs.length}`)
      if (!(await isThere(engine, project.folder, pack.path))) {
        const written = await writePack({ engine, slowly }, project, pack)
        if (!written.ok) diagnostics.push(...written.diagnostics)
        else made += 1
      }
      const found = await fileOf(project, pack)
      if (found) done.push(found)
    }
    packed.set(section, done)
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  progress.finished(
    'pack',
    made > 0 ? 'done' : 'cached',
    made === 0 ? 'nothing new' : `${made} ${made === 1 ? 'file' : 'files'} written`,
    (performance.now() - startMs) / 1000,
  )
  return { ok: true, value: sectionsOf(project, files, packed) }
}

/** The packs that `packFiles()` would give, where all of them lie there; undefined where one does not. Makes nothing. */
export async function findPacks(
  project: Project,
  contract: Contract | undefined,
  inspected: InspectedFiles,
): Promise<SectionFiles | undefined> {
  const packed = new Map<string, readonly SourceFile[]>()
  for (const [section, packs] of planPacks(project, contract, inspected)) {
    const found = await Promise.all(packs.map(async (pack) => await fileOf(project, pack)))
    const there = found.filter((file) => file !== undefined)
    if (there.length < packs.length) return undefined
    packed.set(section, there)
  }
  return sectionsOf(project, inspected.files, packed)
}

/** By section. */
function planPacks(
  project: Project,
  contract: Contract | undefined,
  { files, facts }: InspectedFiles,
): readonly (readonly [section: string, packs: readonly PackToWrite[]])[] {
  const [first] = project.data.sources
  return namedSections(project, files).map(([section, own]) => {
    // Of a joined table the main contract says nothing: its types stay what they are.
    const promised = Object.hasOwn(files.joined, section) ? undefined : contract
    const packs = groupFiles(own, ({ sha256: digest, path }) => {
      return columnsKnown(facts, factsKey(digest, path, section === first.name))
    })
    return [
      section,
      packs.map((pack) => ({
        path: packPath(section, pack, promised),
        pack,
        promised,
        rows: pack.reduce((sum, file) => sum + rowsKnown(facts, file, section === first.name), 0),
      })),
    ]
  })
}

async function fileOf({ folder }: Project, { path: { path } }: PackToWrite): Promise<SourceFile | undefined> {
  const absolutePath = join(folder, path)
  const found = await stat(absolutePath).catch(() => undefined)
  return found && { path, absolutePath, bytes: found.size }
}

function sectionsOf(
  { data }: Project,
  { joined: others }: SectionFiles,
  packed: ReadonlyMap<string, readonly SourceFile[]>,
): SectionFiles {
  const joined = Object.fromEntries(Object.keys(others).map((name) => [name, packed.get(name) ?? []]))
  return { features: packed.get(data.sources[0].name) ?? [], labels: packed.get('labels') ?? [], joined }
}

function rowsKnown(facts: KnownFacts, { sha256: digest, path }: PinnedFile, isOrdered: boolean): number {
  return facts.get(factsKey(digest, path, isOrdered))?.rows ?? 0
}

function columnsKnown(facts: KnownFacts, key: string): string {
  return JSON.stringify(facts.get(key)?.columns ?? key)
}

/** Neighbours in the order of their paths, as long as they have the same columns and are small together. */
export function groupFiles<File extends SourceFile>(
  files: readonly File[],
  columnsOf: (file: File) => string,
): readonly (readonly File[])[] {
  const groups: File[][] = []
  let bytes = 0
  let columns: string | undefined
  for (const file of files) {
    const own = `${columnsOf(file)} ${/(\.[a-z]+)?\.[a-z]+$/i.exec(file.path)?.[0] ?? ''}`
    const last = groups.at(-1)
    const fits = file.bytes < smallBytes && bytes + file.bytes <= packBytes && own === columns
    if (last && fits) last.push(file)
    else {
      groups.push([file])
      bytes = 0
    }
    bytes += file.bytes
    // A large file stays alone.
    columns = file.bytes < smallBytes ? own : undefined
  }
  return groups
}

interface PackPath {
  readonly path: string
  /** Of the bytes that it is made of, the contract's types, and the recipe. */
  readonly key: string
}

function packPath(section: string, pack: readonly PinnedFile[], contract: Contract | undefined): PackPath {
  const types = (contract?.columns ?? []).map((column) => {
    const { name, logicalType, aliases, format, decimal, epoch, truth, missing, rules } = column
    const words = { truth: truth && { ...truth }, missing }
    return { name, logicalType, aliases, format, decimal, epoch, ...words, rules: rules.map(({ kind }) => kind) }
  })
  const made = pack.map(({ path, sha256: digest, encoding }) => ({ path, digest, encoding }))
  const key = sha256(canonicalJson({ recipe, made, types }))
  const stem = (pack[0]?.path.split('/').at(-1) ?? '').replace(/\.[a-z]+(\.(gz|zst))?$/i, '')
  return { path: `${packedFolder}/${section}/${stem}-${key.slice(0, 12)}.parquet`, key }
}

const keyName = 'plumbline.pack'

async function isThere(engine: Engine, folder: string, { path, key }: PackPath): Promise<boolean> {
  const file = join(folder, path)
  if (!(await stat(file).catch(() => undefined))) return false
  const found = await engine
    .query<{ value: string }>('SELECT decode(value) AS value FROM parquet_kv_metadata($1) WHERE decode(key) = $2', [
      escapePattern(file),
      keyName,
    ])
    .catch(() => [])
  return found[0]?.value === key
}

interface PackToWrite {
  readonly path: PackPath
  readonly pack: readonly PinnedFile[]
  readonly promised: Contract | undefined
  readonly rows: number
}

/** Of one CSV or Parquet file DuckDB writes the same bytes on any number of threads; of several it does not. */
interface PackEngines {
  readonly engine: Engine
  /** On one thread. */
  readonly slowly: Engine
}

async function writePack(
  { engine, slowly }: PackEngines,
  project: Project,
  { path, pack, promised, rows }: PackToWrite,
): Promise<Read<undefined>> {
  const described = await describeFiles(engine, pack)
  if (!described.ok) return described
  try {
    const columns = await packedColumns(engine, described.value, promised)
    const isSteady = described.value.length === 1 && described.value[0]?.format !== 'json'
    await copyToParquet(isSteady ? engine : slowly, join(project.folder, path.path), {
      select: `SELECT ${columns.join(', ')} FROM ${rawRelation(described.value)}`,
      rows,
      metadata: { [keyName]: path.key, 'plumbline.sources': sourcesOf(described.value) },
    })
    return { ok: true, value: undefined }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, pack)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

function sourcesOf(files: readonly DescribedFile[]): string {
  return files.map(({ sha256: digest, path }) => `${digest}  ${path}`).join('\n')
}

interface ParquetToWrite {
  readonly select: string
  readonly rows: number
  readonly metadata: Readonly<Record<string, string>>
}

async function copyToParquet(engine: Engine, file: string, { select, rows, metadata }: ParquetToWrite): Promise<void> {
  const groupRows = Math.ceil(rows / rowGroups / vectorRows) * vectorRows
  const size = Math.min(mostRows, Math.max(fewestRows, groupRows))
  const kept = Object.entries(metadata).map(([name, value]) => `${quoteText(name)}: ${quoteText(value)}`)
  const draft = draftOf(file)
  await mkdir(dirname(file), { recursive: true })
  try {
    await engine.run(
      `COPY (${select}) TO ${quoteText(draft)}
         (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${size}, USE_TMP_FILE false, KV_METADATA {${kept.join(', ')}})`,
    )
    const handle = await open(draft, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
