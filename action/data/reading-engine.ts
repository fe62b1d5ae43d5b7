import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import { childFile, poorEnvironment } from './child-program.ts'
import type { NumberBlocks } from './count-number-blocks.ts'
import { type Engine, textFolderIn } from './engine.ts'
import { locateDuckdb } from './load-duckdb.ts'
import { mostMebibytes } from './most-memory.ts'
import { quotePath } from './quote.ts'
import type { ReaderAnswer, ReaderRequest } from './reader-messages.ts'
import type { SourceFile } from './source-file.ts'
import type { RowsTally } from './tally-columns.ts'

/** What an engine may reach; everything else is out of its reach for good. */
export interface Reach {
  readonly files: readonly SourceFile[]
  /** Absolute paths that it may read or write besides. */
  readonly otherPaths?: readonly string[]
  /** Absolute; all below may be read: for files that are not known yet. */
  readonly folders?: readonly string[]
  /** As DuckDB writes it; most of the machine's by default. */
  readonly memoryLimit?: string
  /** How much it may read ahead of `compared()`, of each side, and of `tallied()`; without this it can neither. As DuckDB writes it. */
  readonly readAhead?: string
  /** One a core by default. */
  readonly threads?: number
}

/** A process that will read files. It starts at once, and loads DuckDB while its caller finds out what is to be read. */
export interface Reader extends AsyncDisposable {
  /** Once a reader. The engine lives as long as the reader does. */
  open(reach: Reach): Promise<Engine>
}

/**
 * Starts a child process for files that nobody vouches for. It has an environment of its own, its engine reaches what
 * `open()` names, and it dies with its caller, with the signal and at disposal. Where it dies by itself, the statement
 * under way throws the fault `data/reader-ended` or `data/out-of-memory`.
 */
export function startReader(signal?: AbortSignal): Reader {
  const started = locateDuckdb().then((nativeFile) => new ReaderProcess(nativeFile, signal))
  // Whoever opens it is told.
  started.catch(() => {})
  return {
    async open(reach) {
      return await (await started).open(reach)
    },
    async [Symbol.asyncDispose]() {
      await (await started.catch(() => undefined))?.end()
    },
  }
}

/** A reader and its engine in one, where there is nothing to do meanwhile; disposing of the engine ends the process. */
export async function openReading(reach: Reach, signal?: AbortSignal): Promise<Engine> {
  const reader = startReader(signal)
  try {
    const engine = await reader.open(reach)
    return { ...engine, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() }
  } catch (error) {
    await reader[Symbol.asyncDispose]()
    throw error
  }
}

interface Pending {
  readonly request: ReaderRequest
  resolve(value: unknown): void
  reject(error: unknown): void
}

const maxComplaintLength = 4000

class ReaderProcess {
  readonly #child: ChildProcess
  readonly #signal: AbortSignal | undefined
  readonly #ended: Promise<void>
  readonly #pending = new Map<number, Pending>()
  readonly #tempFolder = join(tmpdir(), `plumbline-reader-${randomBytes(6).toString('hex')}`)
  #asked = 0
  #complaint = ''
  #files: readonly SourceFile[] = []
  #end: Fault | undefined

  constructor(nativeFile: string, signal: AbortSignal | undefined) {
    signal?.throwIfAborted()
    this.#signal = signal
    this.#child = spawn(process.execPath, [childFile('reader-child'), nativeFile], {
      env: poorEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    signal?.addEventListener('abort', this.#kill)
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#complaint.length < maxComplaintLength) this.#complaint += text
    })
    this.#child.on('message', (message) => this.#take(message as { id: number; answer: ReaderAnswer }))
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => {
        this.#refuse(endFault([], cause.message, cause))
        resolve()
      })
      this.#child.once('close', (code, killedBy) => {
        this.#refuse(this.#whyEnded(code, killedBy))
        resolve()
      })
    })
  }

  async open({
    files,
    otherPaths = [],
    folders = [],
    memoryLimit = `${mostMebibytes()}MiB`,
    ...more
  }: Reach): Promise<Engine> {
    this.#files = files
    const allowedPaths = [...files.map(({ absolutePath }) => absolutePath), ...otherPaths]
    const textFolder = textFolderIn(this.#tempFolder)
    const limits = { memoryLimit, tempFolder: this.#tempFolder, textFolder, ...more }
    const options = { ...limits, allowedPaths, allowedFolders: folders }
    await this.#ask({ kind: 'open', options })
    const ask = async (kind: 'query' | 'columns' | 'run', sql: string, values?: readonly unknown[]) =>
      await this.#ask({ kind, sql, ...(values && { values }) })
    return {
      textFolder,
      query: async <Row extends Record<string, unknown>>(sql: string, values?: readonly unknown[]) =>
        (await ask('query', sql, values)) as Row[],
      columns: async (sql, values) => (await ask('columns', sql, values)) as Record<string, unknown[]>,
      run: async (sql, values) => void (await ask('run', sql, values)),
      repeated: async (selects, expected) =>
        (await this.#ask({ kind: 'repeated', selects, expected })) as bigint[] | undefined,
      compared: async (asked) => (await this.#ask({ kind: 'compared', asked })) as NumberComparison[],
      blocked: async (asked) => (await this.#ask({ kind: 'blocked', asked })) as NumberBlocks | undefined,
      tallied: async (asked) => (await this.#ask({ kind: 'tallied', asked })) as RowsTally,
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#kill)
    this.#kill()
    // One that does nothing and left nothing behind is waited for by the end of this process alone: giving memory back takes a while.
    if (this.#pending.size === 0 && isGone(this.#tempFolder)) return this.#refuse(endFault([], 'was ended'))
    await this.#ended
    await rm(this.#tempFolder, { recursive: true, force: true })
  }

  readonly #kill = () => void this.#child.kill('SIGKILL')

  async #ask(request: ReaderRequest): Promise<unknown> {
    this.#signal?.throwIfAborted()
    if (this.#end) throw this.#end
    this.#asked += 1
    const id = this.#asked
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { request, resolve, reject })
      // Where it cannot be sent the process is about to end, which says more.
      this.#child.send({ id, request }, () => {})
    })
  }

  #take({ id, answer }: { readonly id: number; readonly answer: ReaderAnswer }): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (answer.kind === 'made') pending?.resolve(answer.value)
    else if (answer.kind === 'fault') {
      pending?.reject(new Fault(answer.code, answer.message, { remedy: answer.remedy }))
    } else pending?.reject(outOfMemory(answer.message) ?? new Error(answer.message))
  }

  #refuse(end: Fault): void {
    this.#end ??= end
    for (const pending of this.#pending.values()) {
      pending.reject(this.#signal?.aborted ? this.#signal.reason : this.#end)
    }
    this.#pending.clear()
  }

  #whyEnded(code: number | null, killedBy: NodeJS.Signals | null): Fault {
    const statements = [...this.#pending.values()].flatMap(({ request }) => statementsOf(request))
    const read = this.#files.filter(({ absolutePath }) =>
      statements.some((sql) => sql.includes(quotePath(absolutePath).slice(1))),
    )
    if (killedBy === 'SIGKILL') return memoryFault(`the process that reads ${wordFiles(read)} was killed by SIGKILL`)
    const how = killedBy ? `was killed by ${killedBy}` : `ended with ${code}`
    return endFault(read, how, this.#complaint === '' ? undefined : new Error(this.#complaint))
  }
}

function statementsOf(request: ReaderRequest): string[] {
  if (request.kind === 'open') return []
  if (request.kind === 'blocked' || request.kind === 'tallied') return [request.asked.relation]
  if (request.kind === 'repeated') return [...request.selects]
  if (request.kind === 'compared') return [request.asked.reference.relation, request.asked.current.relation]
  return [request.sql]
}

/** Whether nothing is left of a folder, which goes where it is empty. */
function isGone(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

function endFault(files: readonly SourceFile[], how: string, cause?: Error): Fault {
  const message = `Cannot read ${wordFiles(files)}: the process that reads ${how}; expected it to end by itself`
  return new Fault('data/reader-ended', message, {
    remedy: 'A damaged or hostile file can do that: fetch or write it anew, or leave it out of the glob that names it.',
    ...(cause && { cause }),
  })
}

function outOfMemory(message: string): Fault | undefined {
  if (!/^Out of Memory Error|No space left on device|max_temp_directory_size/i.test(message)) return undefined
  return memoryFault('neither memory nor the folder for temporary files has room for it')
}

function memoryFault(state: string): Fault {
  return new Fault('data/out-of-memory', `Cannot read the data: ${state}; expected memory enough`, {
    remedy: 'Run on a machine with more memory, or narrow data.source.',
  })
}

function wordFiles(files: readonly SourceFile[]): string {
  const [first] = files
  if (!first) return 'the data'
  return files.length === 1 ? `"${first.path}"` : `one of ${files.length} files, "${first.path}" the first,`
}
