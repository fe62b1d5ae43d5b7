import { buffer } from 'node:stream/consumers'

import { headOf, type LookTerms, type ModelBytes, type ModelFormat } from './model-format.ts'
import { readZip, type ZipEntry } from './read-zip.ts'
import type { PickleScan } from './scan-pickle.ts'

type Recognise = (bytes: ModelBytes, terms: LookTerms) => Promise<ModelFormat>

const mostInnerBytes = 64 << 20
const mostDepth = 2

/** An archive is what is in it: data where all of it is. `recognise`: of one file in it. */
export async function recogniseZip(bytes: ModelBytes, terms: LookTerms, recognise: Recognise): Promise<ModelFormat> {
  if (terms.depth >= mostDepth) return unknown('archives in archives')
  if (bytes.path === undefined && (bytes.size ?? Number.POSITIVE_INFINITY) > mostInnerBytes)
    return unknown('a large archive in an archive')
  await using zip = await readZip(bytes.path ?? (await buffer(bytes.open())))
  if (zip === undefined) return unknown('a broken zip archive')
  if (zip.isMore) return unknown('a zip archive of too many files')
  const names = new Set(zip.entries.map(({ name }) => name))
  if (names.has('META-INF/MANIFEST.MF')) return code('a Java archive')
  if (names.has('config.json') && names.has('model.weights.h5')) return code('Keras')
  const found: ModelFormat[] = []
  for (const entry of zip.entries) {
    if (performance.now() > terms.deadlineMs) return unknown('a zip archive that takes too long to read')
    found.push(await recogniseEntry(entry, terms, recognise))
  }
  const worst = found.find(({ kind }) => kind === 'code') ?? found.find(({ kind }) => kind === 'unknown')
  if (worst) {
    const pickles = found.flatMap(({ pickle }) => pickle ?? [])
    const name =
      worst.pickle && isTorch(names) ? 'PyTorch, a pickle in a zip archive' : `${worst.name} in a zip archive`
    return { name, kind: worst.kind, ...(pickles.length > 0 && { pickle: joined(pickles) }) }
  }
  return { name: names.has('schema.json') ? 'skops' : 'a zip archive', kind: 'data' }
}

async function recogniseEntry(entry: ZipEntry, terms: LookTerms, recognise: Recognise): Promise<ModelFormat> {
  if (entry.isEncrypted) return unknown('an encrypted file')
  async function* open(): AsyncGenerator<Uint8Array> {
    yield* (await entry.open()) as AsyncIterable<Buffer>
  }
  try {
    return await recognise({ head: await headOf(open()), size: entry.size, open }, { ...terms, depth: terms.depth + 1 })
  } catch {
    return unknown('a broken file')
  }
}

function joined(pickles: readonly PickleScan[]): PickleScan {
  return {
    imports: pickles.flatMap(({ imports }) => imports),
    isPickle: true,
    pickles: pickles.reduce((sum, scan) => sum + scan.pickles, 0),
    unseen: pickles.find(({ unseen }) => unseen !== null)?.unseen ?? null,
  }
}

function isTorch(names: ReadonlySet<string>): boolean {
  return [...names].some((name) => /(^|\/)data\.pkl$/.test(name))
}

function code(name: string): ModelFormat {
  return { name, kind: 'code' }
}

function unknown(name: string): ModelFormat {
  return { name, kind: 'unknown' }
}
