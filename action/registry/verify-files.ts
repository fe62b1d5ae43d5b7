import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256OfFile } from '../base/sha256.ts'
import { type Finding, short } from './verification.ts'
import { type PartLine, readPartLine } from './wholes.ts'

/** Name → SHA-256 of every file of a folder; what begins with a dot is none of a release's. */
export async function digestsOf(folder: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>()
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    if (name.startsWith('.') || !(await stat(path)).isFile()) continue
    digests.set(name, await sha256OfFile(path, signal))
  }
  return digests
}

/** What `sums.txt` says, line by line. */
export interface Sums {
  /** Name → SHA-256. */
  readonly files: ReadonlyMap<string, string>
  readonly parts: readonly PartLine[]
  readonly findings: readonly Finding[]
}

/** Undefined where there is none. */
export async function readSums(folder: string, digests: ReadonlyMap<string, string>): Promise<Sums | undefined> {
  if (!digests.has('sums.txt')) return undefined
  const files = new Map<string, string>()
  const parts: PartLine[] = []
  const findings: Finding[] = []
  const found = (problem: string) => findings.push({ check: 'files', subject: 'sums.txt', problem })
  const lines = (await readFile(join(folder, 'sums.txt'), 'utf8')).split('\n')
  if (lines.pop() !== '') found('its last line does not end')
  for (const [index, line] of lines.entries()) {
    const part = readPartLine(line)
    const [, digest, name] = /^([0-9a-f]{64}) {2}([^/\0]+)$/.exec(line) ?? []
    if (part) parts.push(part)
    else if (digest === undefined || name === undefined) found(`line ${index + 1} is no digest and name`)
    else files.set(name, digest)
  }
  return { files, parts, findings }
}

/** Digests of the files whose parts alone are in a folder, as they come to when they are put together. */
export async function joinedDigests(
  folder: string,
  digests: ReadonlyMap<string, string>,
  { parts }: Sums,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const joined = new Map<string, string>()
  for (const whole of new Set(parts.map((part) => part.whole))) {
    const names = parts.filter((part) => part.whole === whole).map(({ name }) => name)
    if (digests.has(whole) || !names.every((name) => digests.has(name))) continue
    const hash = createHash('sha256')
    for (const name of names) {
      const bytes = createReadStream(join(folder, name), { highWaterMark: 1 << 20, ...(signal && { signal }) })
      for await (const chunk of bytes as AsyncIterable<Buffer>) hash.update(chunk)
    }
    joined.set(whole, hash.digest('hex'))
  }
  return joined
}

/** The files of a release against its `sums.txt`; a part need not be here where its file is. */
export function verifySums(digests: ReadonlyMap<string, string>, sums: Sums): readonly Finding[] {
  const findings: Finding[] = [...sums.findings]
  const found = (subject: string, problem: string) => findings.push({ check: 'files', subject, problem })
  const expected = new Map(sums.files)
  for (const { name, whole, sha256 } of sums.parts)
    if (digests.has(name) || !digests.has(whole)) expected.set(name, sha256)
  for (const [name, digest] of expected) {
    const here = digests.get(name)
    if (here === undefined) found(name, 'it is not here, and sums.txt lists it')
    else if (here !== digest) found(name, `sha256 ${short(here)} here, ${short(digest)} in sums.txt`)
  }
  for (const name of digests.keys()) {
    if (name !== 'sums.txt' && !expected.has(name)) found(name, 'it is here, and sums.txt does not list it')
  }
  return findings
}
