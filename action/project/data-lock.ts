import { byBytes } from '../base/byte-order.ts'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import { sha256 } from '../base/sha256.ts'

export const dataLockFile = 'data.lock.yaml'
/** The section of the files that hold labels; each other one is a source's, by its name. */
export const labelSection = 'labels'

/** One pinned file. */
export interface LockEntry {
  readonly sha256: string
  readonly bytes: number
  /** Relative to the model's folder, with `/`, NFC. */
  readonly path: string
}

/** `data.lock.yaml`: the snapshot of the data, pinned like a dependency. */
export interface DataLock {
  readonly version: 1
  /** The newest event time in it, ISO 8601 or an integer as text; null without a time column. */
  readonly until: string | null
  /** By name: the sources in the order of `plumbline.yaml`, then the labels. */
  readonly sections: Readonly<Record<string, readonly LockEntry[]>>
}

/** The lock as a file: an entry a line, sorted by path, so that it merges and reads as a diff. */
export function formatDataLock(lock: DataLock): string {
  const lines = [`version: ${lock.version}`, `until: ${lock.until === null ? 'null' : yamlText(lock.until)}`]
  for (const [section, entries] of Object.entries(lock.sections)) {
    lines.push(`${section}:`)
    for (const entry of sortEntries(entries)) {
      lines.push(`  - ${yamlText(`${entry.sha256}  ${entry.bytes}  ${entry.path}`)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** How many files are pinned, in all sections. */
export function countFiles(lock: DataLock): number {
  return Object.values(lock.sections).reduce((sum, entries) => sum + entries.length, 0)
}

/** SHA-256 of the lines `<sha256>  <section>/<path>\n` of all sections in byte order. */
export function dataDigest(lock: DataLock): string {
  return sha256(digestLines(lock).join(''))
}

/** What `dataDigest()` hashes; with the sections as folders, `sha256sum -c` checks it. */
function digestLines(lock: DataLock): readonly string[] {
  return Object.entries(lock.sections)
    .flatMap(([section, entries]) => entries.map((entry) => `${entry.sha256}  ${section}/${entry.path}\n`))
    .sort(byBytes)
}

export function sortEntries(entries: readonly LockEntry[]): readonly LockEntry[] {
  return [...entries].sort((a, b) => byBytes(a.path, b.path))
}

/** Plain where YAML reads the same text back, else in double quotes. */
function yamlText(text: string): string {
  const isPlain =
    /^[0-9a-zA-Z]/.test(text) && !/: | #|[:\s]$|[^\x20-\x7e\u{a1}-\u{d7ff}\u{10000}-\u{10ffff}]/u.test(text)
  return isPlain && !/^([0-9]+|null|true|false)$/i.test(text) ? text : JSON.stringify(text)
}

const remedyAnew = 'Run plumbline snapshot, which writes the file anew.'

/**
 * Reads `data.lock.yaml` as `formatDataLock()` writes it (comments and empty lines apart), or tells all that is wrong.
 * `expected` are the sections that it must have, and may have besides labels; without it, any name will do.
 */
export function readDataLock(file: string, text: string, expected?: readonly string[]): Read<DataLock> {
  const diagnostics: Diagnostic[] = []
  const sections: Record<string, LockEntry[]> = {}
  const keys = new Set<string>()
  let open: { name: string; entries: LockEntry[]; paths: Set<string> } | undefined
  let until: string | null = null

  const conflict = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7}|\|{7})( |$)/.test(line.trimEnd()))
  if (conflict >= 0) {
    diagnose('lock/merge-conflict', conflict + 1, 'it holds the marks of a merge conflict', remedyAnew)
    return { ok: false, diagnostics }
  }

  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    if (/^\s+-( |$)/.test(line) || line.startsWith('- ')) readEntry(line, index + 1)
    else readKey(line, index + 1)
  }
  checkWhole()
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: { version: 1, until, sections } }

  function diagnose(code: string, line: number, state: string, remedy: string): void {
    diagnostics.push({ code, file, line, column: 1, message: `Cannot read "${file}": ${state}`, remedy })
  }

  function readKey(line: string, number: number): void {
    open = undefined
    const [, key, value = ''] = /^([^\s:]+):(?:\s+(.*))?$/.exec(line.trimEnd()) ?? []
    if (key === undefined) {
      diagnose('lock/syntax', number, 'this line is neither a key nor an entry', remedyAnew)
    } else if (keys.has(key)) {
      diagnose('lock/key', number, `"${key}" stands twice; expected each key once`, 'Merge the two sections.')
    } else if (key === 'version') readVersion(value, number)
    else if (key === 'until') until = readUntil(value, number)
    else if (isSection(key)) {
      if (value !== '') diagnose('lock/syntax', number, `"${key}" has a value; expected entries below it`, remedyAnew)
      const entries: LockEntry[] = []
      sections[key] = entries
      open = { name: key, entries, paths: new Set() }
    } else {
      const near = nearestName(key, ['version', 'until', labelSection, ...(expected ?? ['features'])])
      diagnose('lock/key', number, `"${key}" is unknown`, near ? `Did you mean "${near}"?` : 'Remove the line.')
    }
    if (key !== undefined) keys.add(key)
  }

  function isSection(key: string): boolean {
    return expected === undefined ? sectionName.test(key) : key === labelSection || expected.includes(key)
  }

  function readVersion(value: string, number: number): void {
    if (value === '1') return
    const isLater = Number(value) > 1
    diagnose(
      'lock/version',
      number,
      `it is of version ${value || 'none'}; this Plumbline reads version 1`,
      isLater ? 'Use the Plumbline that wrote it, or a later one.' : remedyAnew,
    )
  }

  function readUntil(value: string, number: number): string | null {
    const time = scalar(value)
    if (value === 'null' || value === '~') return null
    if (time !== undefined && /^-?\d+$|^\d{4,}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/.test(time)) return time
    diagnose('lock/until', number, `"until" is "${value}"; expected an ISO 8601 time, an integer or null`, remedyAnew)
    return null
  }

  function readEntry(line: string, number: number): void {
    if (!open) {
      diagnose(
        'lock/syntax',
        number,
        'this entry stands in no section; expected one under a section such as features:',
        remedyAnew,
      )
      return
    }
    const match = /^([0-9a-f]{64}) {2}(0|[1-9]\d{0,15}) {2}(.+)$/.exec(scalar(line.trim().slice(1).trim()) ?? '')
    const [, digest, bytes, path] = match ?? []
    if (digest === undefined || path === undefined) {
      diagnose('lock/entry', number, 'an entry is malformed; expected "- <64 hex digits>  <bytes>  <path>"', remedyAnew)
      return
    }
    const wrong = wrongPath(path)
    if (wrong) diagnose('lock/path', number, `the path "${path}" ${wrong}; expected a file in this folder`, remedyAnew)
    checkOrder(path, open, number)
    open.entries.push({ sha256: digest, bytes: Number(bytes), path })
    open.paths.add(path)
  }

  function checkOrder(
    path: string,
    { entries, paths }: { entries: readonly LockEntry[]; paths: ReadonlySet<string> },
    number: number,
  ): void {
    const last = entries.at(-1)
    if (paths.has(path)) {
      diagnose('lock/duplicate', number, `"${path}" stands twice; expected each file once`, remedyAnew)
    } else if (last && byBytes(last.path, path) > 0) {
      diagnose(
        'lock/order',
        number,
        `"${path}" stands after "${last.path}"; expected entries sorted by path`,
        remedyAnew,
      )
    }
  }

  function checkWhole(): void {
    if (!keys.has('version')) diagnose('lock/version', 1, 'it has no "version"', remedyAnew)
    if (!keys.has('until')) diagnose('lock/until', 1, 'it has no "until"', remedyAnew)
    const lacking = expected?.filter((name) => !(name in sections)) ?? []
    for (const name of lacking) diagnose('lock/empty', 1, `it has no section "${name}"`, remedyAnew)
    const isBare = Object.keys(sections).every((name) => name === labelSection)
    if (expected === undefined && isBare) diagnose('lock/empty', 1, 'it has no section of a source', remedyAnew)
    if (diagnostics.length > 0) return
    for (const [name, entries] of Object.entries(sections)) {
      if (entries.length === 0) diagnose('lock/empty', 1, `its section "${name}" pins no file`, remedyAnew)
    }
  }
}

/** What a YAML scalar on one line says: plain, or in quotes; undefined where the quotes are broken. */
function scalar(text: string): string | undefined {
  if (text.startsWith("'")) return /^'(?:[^']|'')*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : undefined
  if (!text.startsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return undefined
  }
}

function wrongPath(path: string): string | undefined {
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path) || path.split('/').includes('..'))
    return 'leads out of the folder'
  if (path.includes('\\') || /\p{Cc}/u.test(path)) return 'holds a backslash or a control character'
  if (path.split('/').some((part) => part === '' || part === '.')) return 'is not in its shortest form'
  return path === path.normalize('NFC') ? undefined : 'is not in Unicode form NFC'
}

const sectionName = /^[a-z][a-z0-9-]{0,39}$/
