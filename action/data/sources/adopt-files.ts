import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { sha256OfFile } from '../../base/sha256.ts'
import { checkArrived } from './check-arrived.ts'
import type { Arrival, Landing } from './landing.ts'
import { partPath, placeId } from './part-file.ts'

/** Takes over every file of a folder that a program filled; `shown` names the program in messages. */
export async function adoptFiles(landing: Landing, folder: string, shown: string): Promise<Arrival[]> {
  await mkdir(landing.partsFolder, { recursive: true })
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort()
  const arrivals: Arrival[] = []
  for (const path of paths) {
    const name = relative(folder, path).split(sep).join('/').normalize('NFC')
    arrivals.push(await adoptFile(landing, path, name, `${name} of ${shown}`))
  }
  return arrivals
}

/** Takes over one file that was made on this machine, under the name that it will have. */
export async function adoptFile(landing: Landing, path: string, name: string, shown: string): Promise<Arrival> {
  const id = placeId(`${landing.source.name}\n${name}`)
  const part = partPath(landing.partsFolder, id)
  await copyFile(path, part, constants.COPYFILE_FICLONE)
  await checkArrived({ name, path: part, shown }, landing.signal)
  const sha256 = await sha256OfFile(part, landing.signal)
  const { size } = await stat(part)
  landing.meter.expect(size)
  landing.meter.came(size)
  landing.meter.whole()
  return { kind: 'fetched', name, shown, path: part, bytes: size, sha256, id, validators: {} }
}
