import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { ZipFile } from 'yauzl'

import { Fault } from '../base/fault.ts'
import { isOfDisk } from '../base/is-of-disk.ts'

export interface UnpackLimits {
  /** Of all files together, unpacked. */
  readonly bytes: number
  readonly files: number
}

/**
 * Unpacks a zip file, streaming, into an empty folder. Nothing but plain files and folders below it is made. Fault
 * `workflow/bad-artifact`: a link, a path that leads elsewhere, a name that comes twice, more than the limits, or no whole zip file.
 */
export async function unpackZip(zipFile: string, folder: string, limits: UnpackLimits): Promise<void> {
  const { openPromise } = await import('yauzl')
  let bytes = 0
  let zip: ZipFile | undefined
  try {
    zip = await openPromise(zipFile, { strictFileNames: true })
    if (zip.entryCount > limits.files) throw bad(`it holds more than ${limits.files} files`)
    if (zip.entryCount === 0) throw bad('it holds no file')
    for await (const entry of zip.eachEntry()) {
      const place = join(folder, safePath(entry.fileName))
      if (isLink(entry.externalFileAttributes)) throw bad('it holds a link')
      if (entry.fileName.endsWith('/')) {
        await mkdir(place, { recursive: true })
        continue
      }
      await mkdir(dirname(place), { recursive: true })
      const count = new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.length
          done(bytes > limits.bytes ? bad(`it unpacks to more than ${limits.bytes} bytes`) : null, chunk)
        },
      })
      const content = await zip.openReadStreamPromise(entry)
      await pipeline(content, count, createWriteStream(place, { flags: 'wx', mode: 0o644 }))
    }
  } catch (error) {
    throw error instanceof Fault || isOfDisk(error) ? error : bad(error instanceof Error ? error.message : 'it is none')
  } finally {
    zip?.close()
  }
}

function safePath(path: string): string {
  const parts = path.replace(/\/$/, '').split('/')
  const isOutside = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0:]/.test(part))
  if (isOutside) throw bad('it holds a path that leads elsewhere')
  return parts.join('/')
}

/** As Unix says it, in the upper half. */
function isLink(attributes: number): boolean {
  return ((attributes >>> 16) & 0o170_000) === 0o120_000
}

function bad(state: string): Fault {
  return new Fault(
    'workflow/bad-artifact',
    `Cannot unpack the artifact: ${state}; expected one of a run of Plumbline`,
    {
      remedy: 'Nothing was taken from it: train again.',
    },
  )
}
