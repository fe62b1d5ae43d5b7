import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { pack } from 'tar-stream'

import { byBytes } from '../base/byte-order.ts'
import { Fault } from '../base/fault.ts'

/** Path inside the archive, with `/` → absolute path of a file; a path that ends in `/` is an empty folder. */
export type TarEntries = Readonly<Record<string, string>>

/** Writes a `.tar.gz` whose bytes follow from the files' paths, bytes and executable bits alone. */
export async function writeTar(target: string, entries: TarEntries): Promise<void> {
  const archive = pack()
  const written = pipeline(archive, createGzip({ level: 6 }), namelessSystem(), createWriteStream(target))
  const filled = (async () => {
    for (const [path, source] of Object.entries(entries).sort(([one], [other]) => byBytes(one, other))) {
      await addEntry(archive, path, source)
    }
    archive.finalize()
  })()
  filled.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))))
  await Promise.all([filled, written])
}

/** Every file below a folder, and its empty folders. Anything but files and folders is a Fault. */
export async function listFolder(folder: string): Promise<TarEntries> {
  const entries: Record<string, string> = {}
  const visit = async (path: string) => {
    const found = await readdir(join(folder, path), { withFileTypes: true })
    if (found.length === 0 && path !== '') entries[`${path}/`] = join(folder, path)
    for (const entry of found) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory()) await visit(below)
      else if (entry.isFile()) entries[below] = join(folder, below)
      else throw notAFile(join(folder, below))
    }
  }
  await visit('')
  return entries
}

async function addEntry(archive: ReturnType<typeof pack>, path: string, source: string): Promise<void> {
  const same = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) }
  if (path.endsWith('/')) {
    archive.entry({ ...same, name: path, type: 'directory', mode: 0o755 })
    return
  }
  const stats = await lstat(source)
  if (!stats.isFile()) throw notAFile(source)
  const mode = (stats.mode & 0o100) === 0 ? 0o644 : 0o755
  const entry = archive.entry({ ...same, name: path, type: 'file', size: stats.size, mode })
  await pipeline(createReadStream(source), entry)
}

/** The tenth byte of gzip's header names the system that wrote it; 255 names none. */
function namelessSystem(): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const index = 9 - seen
      if (index >= 0 && index < chunk.length) chunk[index] = 255
      seen += chunk.length
      done(null, chunk)
    },
  })
}

function notAFile(path: string): Fault {
  return new Fault(
    'registry/bad-asset',
    `Cannot publish "${path}": it is a link or a device; expected a file or a folder of files`,
    {
      remedy: 'Let the stage write plain files.',
    },
  )
}
