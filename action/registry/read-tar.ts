import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import { extract } from 'tar-stream'

/** The text files of a gzipped tar archive as GitHub makes it: path below the archive's one folder → text. */
export async function readTar(archive: Uint8Array): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const unpacked = extract()
  unpacked.end(await promisify(gunzip)(archive))
  for await (const entry of unpacked) {
    const chunks: Buffer[] = []
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
    if (entry.header.type !== 'file') continue
    files.set(entry.header.name.replace(/^[^/]*\//, ''), Buffer.concat(chunks).toString())
  }
  return files
}
