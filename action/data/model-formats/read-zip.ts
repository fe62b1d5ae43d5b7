import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { type Entry, fromBuffer, open as openZip, type ZipFile } from 'yauzl'

export interface ZipEntry {
  readonly name: string
  readonly size: number
  readonly isEncrypted: boolean
  /** Its bytes, unpacked. */
  readonly open: () => Promise<Readable>
}

export interface OpenedZip extends AsyncDisposable {
  readonly entries: readonly ZipEntry[]
  /** It has more than were listed. */
  readonly isMore: boolean
}

const most = 10_000

/** The files of a zip by its directory, as Python reads it; undefined where it has none that can be read. */
export async function readZip(source: string | Buffer): Promise<OpenedZip | undefined> {
  const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: false } as const
  let zip: ZipFile
  try {
    zip =
      typeof source === 'string'
        ? await promisify<string, typeof options, ZipFile>(openZip)(source, options)
        : await promisify<Buffer, typeof options, ZipFile>(fromBuffer)(source, options)
  } catch {
    return undefined
  }
  const close = async () => zip.close()
  try {
    const entries = await listEntries(zip)
    return { entries: entries.slice(0, most), isMore: entries.length > most, [Symbol.asyncDispose]: close }
  } catch {
    zip.close()
    return undefined
  }
}

async function listEntries(zip: ZipFile): Promise<readonly ZipEntry[]> {
  return await new Promise((resolve, reject) => {
    const entries: ZipEntry[] = []
    zip.on('error', reject)
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      const isFolder = entry.fileName.endsWith('/')
      if (!isFolder) {
        entries.push({
          name: entry.fileName,
          size: entry.uncompressedSize,
          isEncrypted: (entry.generalPurposeBitFlag & 1) === 1,
          open: () => openEntry(zip, entry),
        })
      }
      if (entries.length > most) resolve(entries)
      else zip.readEntry()
    })
    zip.readEntry()
  })
}

async function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return await new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
  })
}
