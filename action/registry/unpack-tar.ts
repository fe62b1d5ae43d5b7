import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { extract } from 'tar-stream'

import { Fault } from '../base/fault.ts'

/**
 * Unpacks a `.tar.gz` into an empty folder, streaming; answers the files' paths inside it. Nothing but files and folders
 * below the folder is made: a link, a device or a path that leads out is a Fault.
 */
export async function unpackTar(archive: string, folder: string): Promise<readonly string[]> {
  const paths: string[] = []
  const unpacked = extract()
  const fed = pipeline(createReadStream(archive), createGunzip(), unpacked)
  // Whoever reads the entries is told first.
  fed.catch(() => {})
  for await (const entry of unpacked) {
    const { name, type, mode } = entry.header
    const place = join(folder, safePath(archive, name))
    if (type === 'directory') await mkdir(place, { recursive: true })
    else if (type !== 'file') throw unsafe(archive, name, `it is a ${type ?? 'thing of no type'}`)
    else {
      await mkdir(dirname(place), { recursive: true })
      await pipeline(entry, createWriteStream(place, { flags: 'wx', mode: mode & 0o100 ? 0o755 : 0o644 }))
      paths.push(name)
    }
    entry.resume()
  }
  await fed
  return paths
}

function safePath(archive: string, name: string): string {
  const parts = name.replace(/\/$/, '').split('/')
  const isOutside = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))
  if (isOutside) throw unsafe(archive, name, 'its path leads elsewhere')
  return parts.join('/')
}

function unsafe(archive: string, name: string, state: string): Fault {
  return new Fault(
    'registry/bad-asset',
    `Cannot unpack "${name}" of "${archive}": ${state}; expected a file below it`,
    {
      remedy: 'Take the asset as Plumbline published it.',
      stays: 'nothing was run',
    },
  )
}
