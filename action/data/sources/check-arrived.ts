import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { Fault } from '../../base/fault.ts'
import { recogniseFile } from '../recognise-file.ts'
import { compressionIn, formatOf } from '../source-file.ts'

export interface ArrivedFile {
  /** What it will be called. */
  readonly name: string
  /** Where its bytes lie now, absolute. */
  readonly path: string
  /** As messages show where it comes from. */
  readonly shown: string
}

const stays = 'what was landed before stays as it is'

/** Throws `source/not-data` where a file is empty, cut off, or something else than its name says, such as a web page. */
export async function checkArrived(file: ArrivedFile, signal: AbortSignal): Promise<void> {
  const { size } = await stat(file.path)
  if (size === 0) throw notData(file, 'it is empty', 'Look at what is there: a file of no bytes has not even a header.')
  const odd = recogniseFile({ path: file.name, absolutePath: file.path, bytes: size })
  if (odd) {
    const state = odd.message.slice(odd.message.indexOf('": ') + 3)
    const isPage = state.startsWith('it is a web page')
    const remedy = 'Open the address in a browser: most likely it asks to sign in, or shows an error.'
    throw notData(file, state, isPage ? remedy : (odd.remedy ?? remedy))
  }
  const again = 'Most likely it was cut off where it was made: write it there anew.'
  if (formatOf(file.name) === 'parquet' && !(await endsAsParquet(file.path, size))) {
    throw notData(file, 'it is Parquet without its end', again)
  }
  if (compressionIn(file.name) === 'gzip' && !(await isWholeGzip(file.path, signal))) {
    throw notData(file, 'its gzip stream is cut off or damaged', again)
  }
}

function notData({ shown, name }: ArrivedFile, state: string, remedy: string): Fault {
  const as = shown.endsWith(name) ? '' : ` as ${name}`
  return new Fault('source/not-data', `Cannot land "${shown}"${as}: ${withExpected(state)}`, { remedy, stays })
}

function withExpected(state: string): string {
  return state.includes('; expected') ? state : `${state}; expected a whole data file`
}

async function endsAsParquet(path: string, size: number): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4))
  return size >= 12 && buffer.toString('latin1', 0, bytesRead) === 'PAR1'
}

async function isWholeGzip(path: string, signal: AbortSignal): Promise<boolean> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere, { signal })
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}
