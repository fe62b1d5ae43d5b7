import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { type ImportRisk, importRisk } from './import-risk.ts'
import { headOf, type ModelBytes } from './model-format.ts'
import { recogniseFormat } from './recognise-format.ts'

/** What a model is saved as, found in its bytes. Advice: nothing in it was run, and not all can be seen. */
export interface ModelScan {
  /** Reading it runs nothing: every file is data. */
  readonly isData: boolean
  /** Names of the formats, each once. */
  readonly formats: readonly string[]
  /** The files that are not known to be data; the first few. */
  readonly unsafe: readonly UnsafeFile[]
  readonly unsafeFiles: number
  /** What pickles in it import; the risky ones first, at most 100. */
  readonly imports: readonly ScannedImport[]
  readonly importsInAll: number
}

export interface UnsafeFile {
  /** Inside the model; its own name where it is a file. */
  readonly path: string
  readonly format: string
  readonly kind: 'code' | 'unknown'
  /** Why its pickle could not be followed to its end. */
  readonly unseen: string | null
}

export interface ScannedImport {
  readonly module: string
  readonly name: string
  readonly risk: ImportRisk
}

const mostNamed = 20
const mostImports = 100
const mostFiles = 10_000
const longestMs = 120_000
const byRisk: Readonly<Record<ImportRisk, number>> = { 'runs code': 0, unknown: 1, usual: 2 }

/** Looks into a model, a file or a folder, at `path`. Bounded in time and memory; never fails by what it finds. */
export async function scanModel(path: string, mostMs = longestMs): Promise<ModelScan> {
  const deadlineMs = performance.now() + mostMs
  const isFolder = (await stat(path)).isDirectory()
  const files = isFolder ? await filesBelow(path) : [basename(path)]
  const base = isFolder ? path : dirname(path)
  const formats = new Set<string>()
  const unsafe: UnsafeFile[] = []
  const imports = new Map<string, ScannedImport>()
  for (const [index, file] of files.entries()) {
    const isTooLate = index >= mostFiles || performance.now() > deadlineMs
    const format = isTooLate
      ? ({ name: 'a file too many to look into', kind: 'unknown' } as const)
      : await recogniseFormat(await bytesOf(join(base, file)), { deadlineMs, depth: 0 })
    formats.add(format.name)
    if (format.kind === 'data') continue
    const pickle = 'pickle' in format ? format.pickle : undefined
    unsafe.push({ path: file, format: format.name, kind: format.kind, unseen: pickle?.unseen ?? null })
    for (const one of pickle?.imports ?? []) imports.set(`${one.module} ${one.name}`, { ...one, risk: importRisk(one) })
  }
  const sorted = [...imports.values()].sort((one, other) => byRisk[one.risk] - byRisk[other.risk])
  return {
    isData: unsafe.length === 0,
    formats: [...formats].sort(),
    unsafe: unsafe.slice(0, mostNamed),
    unsafeFiles: unsafe.length,
    imports: sorted.slice(0, mostImports),
    importsInAll: sorted.length,
  }
}

async function bytesOf(path: string): Promise<ModelBytes> {
  const { size } = await stat(path)
  const open = () => createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>
  return { head: await headOf(open()), size, open, path }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/[/\\]+$/, '').length + 1))
    .sort()
}
