import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256OfFile } from '../base/sha256.ts'
import { type Finding, short } from './verification.ts'

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

/** The files of a folder against its `sums.txt`; undefined where there is none. */
export async function verifySums(
  folder: string,
  digests: ReadonlyMap<string, string>,
): Promise<readonly Finding[] | undefined> {
  if (!digests.has('sums.txt')) return undefined
  const sums = new Map<string, string>()
  const findings: Finding[] = []
  const found = (subject: string, problem: string) => findings.push({ check: 'files', subject, problem })
  const lines = (await readFile(join(folder, 'sums.txt'), 'utf8')).split('\n')
  if (lines.pop() !== '') found('sums.txt', 'its last line does not end')
  for (const [index, line] of lines.entries()) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}([^/\0]+)$/.exec(line) ?? []
    if (digest === undefined || name === undefined) found('sums.txt', `line ${index + 1} is no digest and name`)
    else sums.set(name, digest)
  }
  for (const [name, digest] of sums) {
    const here = digests.get(name)
    if (here === undefined) found(name, 'it is not here, and sums.txt lists it')
    else if (here !== digest) found(name, `sha256 ${short(here)} here, ${short(digest)} in sums.txt`)
  }
  for (const name of digests.keys()) {
    if (name !== 'sums.txt' && !sums.has(name)) found(name, 'it is here, and sums.txt does not list it')
  }
  return findings
}
