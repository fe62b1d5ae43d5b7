import { open, readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { sha256OfFile } from '../base/sha256.ts'
import type { RunRecord } from './run-record.ts'
import { pointedResult } from './run-session.ts'
import { outputPath } from './stage-result.ts'

/** The files inside something that was made: name → what tells one content from another. */
export type Members = ReadonlyMap<string, string>

/** Names whose content differs, or that only one side has. Pure. */
export function differingMembers(one: Members, other: Members): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name)).sort()
}

/** Of a folder its files, of a zip archive (skops, npz, keras, jar) its entries; undefined where it is neither. */
export async function listMembers(path: string): Promise<Members | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return filesIn(path)
  if (!found?.isFile()) return undefined
  await using file = await open(path)
  return await zipEntries(async (start, length) => {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: start })
    return buffer.subarray(0, bytesRead)
  }, found.size)
}

/** The same of bytes in memory. */
export async function listMembersOf(bytes: Uint8Array): Promise<Members | undefined> {
  return zipEntries(async (start, length) => Buffer.from(bytes.subarray(start, start + length)), bytes.length)
}

async function filesIn(folder: string): Promise<Members> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const members = new Map<string, string>()
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name)
    members.set(relative(folder, path).split(sep).join('/'), await sha256OfFile(path))
  }
  return members
}

type ReadBytes = (start: number, length: number) => Promise<Buffer>

const endBytes = 22
const longestComment = 65_535
const largestDirectory = 64 << 20

/** The central directory of a zip archive names every entry with its CRC and its size: nothing is unpacked. */
async function zipEntries(read: ReadBytes, size: number): Promise<Members | undefined> {
  const tailStart = Math.max(0, size - endBytes - longestComment)
  const tail = await read(tailStart, size - tailStart)
  const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  if (end < 0 || tail.length - end < endBytes) return undefined
  const [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (length > largestDirectory || start + length > size) return undefined
  const directory = await read(start, length)
  const members = new Map<string, string>()
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x0201_4b50; ) {
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ]
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    members.set(name, `${directory.readUInt32LE(at + 16).toString(16)} ${directory.readUInt32LE(at + 24)}`)
    at += 46 + nameLength + extra + comment
  }
  return members.size > 0 ? members : undefined
}

/** Of a stage's model as a run of a folder made it, if it is still there as it was. */
export async function membersOfResult(folder: string, record: RunRecord, stage: string): Promise<Members | undefined> {
  const result = await pointedResult(folder, record.runKey, stage)
  const then = record.stages.find(({ name }) => name === stage)
  if (!result?.outputs['model'] || result.outputs['model'].sha256 !== then?.outputs['model']) return undefined
  return listMembers(outputPath(folder, result, 'model'))
}
