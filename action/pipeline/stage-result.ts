import { lstat, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '../base/canonical-json.ts'
import type { Read } from '../base/diagnostic.ts'
import { isRecord } from '../base/is-record.ts'
import { sha256, sha256OfFile } from '../base/sha256.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import { writeWhole } from '../base/write-whole.ts'
import { mapInParallel } from '../data/map-in-parallel.ts'
import { inDraft } from './draft-folder.ts'
import type { StageResources } from './run-record.ts'
import type { KeyParts } from './stage-key.ts'
import type { StageMeter } from './stage-meter.ts'
import { isStageResources } from './stage-resources.ts'

export interface OutputRecord {
  /** Inside the result's `out/`. */
  readonly path: string
  /** Of a file's bytes; of a folder, of its sorted `<sha256>  <path>\n` lines. */
  readonly sha256: string
}

/** `result.json`: one finished execution of a stage. Written last, so that a result which has it is whole. */
export interface StageResult {
  readonly schema: 'plumbline/stage/v1'
  readonly stage: string
  readonly key: string
  readonly parts: KeyParts
  readonly cacheKey: string
  readonly startedAt: string
  readonly seconds: number
  /** One line for people. */
  readonly detail: string
  readonly outputs: Readonly<Record<string, OutputRecord>>
  /** Executions of a program until it ended well. */
  readonly attempts?: number
  /** What its program took; absent where nothing was measured. */
  readonly resources?: StageResources
  /** Printed by its program, and not kept in the log. */
  readonly droppedLogBytes?: number
  /** What a built-in stage came to, for the stages after it and the record. */
  readonly data?: Json
}

/** What a stage came to, before it has a place of its own. */
export interface StageWork {
  readonly detail: string
  /** Output name → path inside `out/` of the work folder. */
  readonly outputs: Readonly<Record<string, string>>
  readonly attempts?: number
  readonly data?: Json
}

/** `.plumbline/stages/<stage>/<first digits of the cache key>/`: `result.json`, `out/` and `seal.json`. */
export function resultFolder(folder: string, stage: string, cacheKey: string): string {
  return join(folder, '.plumbline', 'stages', stage, cacheKey.slice(0, 16))
}

/** The absolute path of one output. */
export function outputPath(folder: string, result: StageResult, output: string): string {
  const record = result.outputs[output]
  if (!record) throw new Error(`Cannot find output "${output}" of stage "${result.stage}": it has none of that name`)
  return join(resultFolder(folder, result.stage, result.cacheKey), 'out', record.path)
}

/** The newest result of a stage, whatever its key: what a new run is compared with to say why it runs. */
export async function latestResult(folder: string, stage: string): Promise<StageResult | undefined> {
  const stageFolder = join(folder, '.plumbline', 'stages', stage)
  const names = await readdir(stageFolder).catch(() => [])
  const results = await Promise.all(names.map((name) => readResult(join(stageFolder, name, 'result.json'))))
  return results
    .filter((result) => result !== undefined)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt))
    .at(-1)
}

/** Far beyond what a stage comes to; what is larger was written by something else. */
const longestResultBytes = 16 << 20

/** A result from its file; undefined where there is none, or what lies there is cut off, hostile or of a newer version. */
export async function readResult(file: string): Promise<StageResult | undefined> {
  const found = await lstat(file).catch(() => undefined)
  if (!found?.isFile() || found.size > longestResultBytes) return undefined
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseResult(text)
}

/** The same from the file's text. */
function parseResult(text: string): StageResult | undefined {
  try {
    const result: unknown = JSON.parse(text)
    return isStageResult(result) ? result : undefined
  } catch {
    return undefined
  }
}

/** What another machine wrote names its outputs by plain names, so that none leads out of the result's folder. */
function isStageResult(value: unknown): value is StageResult {
  if (!isRecord(value)) return false
  const {
    schema,
    stage,
    key,
    parts,
    cacheKey,
    startedAt,
    seconds,
    detail,
    outputs,
    attempts,
    resources,
    droppedLogBytes,
  } = value
  return (
    schema === 'plumbline/stage/v1' &&
    [stage, startedAt, detail].every((field) => typeof field === 'string') &&
    [key, cacheKey].every(isDigest) &&
    isPlainName(stage) &&
    !Number.isNaN(Date.parse(String(startedAt))) &&
    Number.isFinite(seconds) &&
    (attempts === undefined || Number.isInteger(attempts)) &&
    (resources === undefined || isStageResources(resources)) &&
    (droppedLogBytes === undefined || Number.isSafeInteger(droppedLogBytes)) &&
    isRecord(parts) &&
    Object.values(parts).every((part) => typeof part === 'string') &&
    isRecord(outputs) &&
    Object.values(outputs).every(
      (output) => isRecord(output) && isPlainName(output['path']) && isDigest(output['sha256']),
    )
  )
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isPlainName(value: unknown): boolean {
  return typeof value === 'string' && /^[^/\\\0]+$/.test(value) && value !== '.' && value !== '..'
}

interface Making {
  readonly stage: string
  readonly key: string
  readonly parts: KeyParts
  readonly cacheKey: string
  readonly now: () => Date
  /** Knows what the work took. */
  readonly meter?: StageMeter
  /** Does the work in a folder of its own: outputs below `out/`. */
  readonly work: (workFolder: string) => Promise<Read<StageWork>>
}

/** Runs a stage's work in a draft folder and gives it its place by one rename, so that a kill leaves no half result. */
export async function makeResult(folder: string, making: Making): Promise<Read<StageResult>> {
  const { stage, key, parts, cacheKey, now, meter, work } = making
  const place = resultFolder(folder, stage, cacheKey)
  return await inDraft(folder, stage, async (draft) => {
    await mkdir(join(draft, 'out'))
    const startedAt = now()
    const seconds = startStopwatch()
    const made = await work(draft)
    if (!made.ok) return made
    const { detail, outputs, attempts, data } = made.value
    const result: StageResult = {
      schema: 'plumbline/stage/v1',
      stage,
      key,
      parts,
      cacheKey,
      startedAt: startedAt.toISOString(),
      seconds: seconds(),
      detail,
      outputs: await recordOutputs(join(draft, 'out'), outputs),
      ...(attempts !== undefined && { attempts }),
      ...meter?.total(),
      ...(data !== undefined && { data }),
    }
    const text = `${JSON.stringify(result, null, 2)}\n`
    await writeWhole(join(draft, 'seal.json'), firstSeal(text))
    await writeWhole(join(draft, 'result.json'), text)
    await rm(place, { recursive: true, force: true })
    await mkdir(join(place, '..'), { recursive: true })
    await rename(draft, place)
    return { ok: true, value: result }
  })
}

/** Vouches for the record alone; the outputs' files join it when they are used again. */
function firstSeal(resultText: string): string {
  return `${JSON.stringify({ result: sha256(resultText), files: {} })}\n`
}

async function recordOutputs(
  outFolder: string,
  outputs: Readonly<Record<string, string>>,
): Promise<Record<string, OutputRecord>> {
  const records: Record<string, OutputRecord> = {}
  for (const [name, path] of Object.entries(outputs)) {
    records[name] = { path, sha256: await digestOf(join(outFolder, path)) }
  }
  return records
}

/** Of many small files, opening and closing takes longer than hashing. */
const filesAtOnce = 16

/** SHA-256 of a file's bytes, or of a folder's sorted `<sha256>  <path>\n` lines. */
export async function digestOf(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return sha256OfFile(path)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      file,
      name: file
        .slice(path.length)
        .replace(/^[/\\]+/, '')
        .replaceAll('\\', '/'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const lines = await mapInParallel(
    files,
    filesAtOnce,
    async ({ file, name }) => `${await sha256OfFile(file)}  ${name}\n`,
  )
  return sha256(lines.join(''))
}
