import { constants, copyFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'

import { byBytes } from '../base/byte-order.ts'
import { Fault } from '../base/fault.ts'
import { sha256, sha256OfFile } from '../base/sha256.ts'
import type { Candidate } from '../pipeline/run-record.ts'
import { cutFile } from './cut-file.ts'
import type { PlannedAsset } from './next-publish-step.ts'
import { partLine, partName, type ReleaseLimits, releaseLimits, requireFitting } from './wholes.ts'
import { listFolder, writeTar } from './write-tar.ts'

/** One asset of a release, as it lies on disk until it is uploaded: a file, or a slice of one. */
export interface BuiltAsset extends PlannedAsset {
  readonly path: string
  readonly contentType: string
  /** Place of its first byte in the file, where it is a slice. */
  readonly from?: number
}

/** One file of a release. */
interface ReleasedFile extends BuiltAsset {
  /** What it is cut into where it is too large for an asset. */
  readonly parts: readonly BuiltAsset[]
}

export interface AssetSources {
  readonly candidate: Candidate
  /** As `contractAssets()` gives them. */
  readonly contractFiles: Readonly<Record<string, string>>
  /** Absolute. */
  readonly lockFile: string
  readonly modelCard: string
  /** As `billOfMaterials()` gives it. */
  readonly bill: string
  /** What the gates were judged by, in the folder already; absent where privacy keeps it back. */
  readonly predictions?: string
  /** What new data is compared with, absolute; absent where privacy keeps it back, or there is none. */
  readonly reference?: string
  /** How the model answered the rows that it was judged on, in the folder already; absent for the same reasons. */
  readonly predictionReference?: string
  /** From the files that are there before it, and their parts, to the statement about them. */
  readonly provenance: (subjects: readonly BuiltAsset[]) => string
  /** Left out: GitHub's. */
  readonly limits?: ReleaseLimits
}

/** What a release calls it. */
export const predictionReferenceName = 'prediction-reference.json'

const contentTypes: Readonly<Record<string, string>> = {
  '.gz': 'application/gzip',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.yaml': 'application/yaml',
}

/**
 * Builds every asset of a release in `folder`: the same candidate gives the same bytes. `sums.txt` comes last and lists the
 * others as `sha256sum -c` reads them, and what is cut into parts as a whole. Throws `registry/bad-asset`.
 */
export async function buildAssets(folder: string, sources: AssetSources): Promise<readonly BuiltAsset[]> {
  const { candidate, contractFiles, lockFile, modelCard, bill, predictions, reference, provenance } = sources
  const { predictionReference } = sources
  const { limits = releaseLimits } = sources
  const build = builderIn(folder, limits)
  await mkdir(folder, { recursive: true })
  const released = await build.model('model', candidate.releasedModel)
  const judged = await build.model('judged', candidate.judgedModel)
  const contracts: ReleasedFile[] = []
  for (const [name, path] of Object.entries(contractFiles)) contracts.push(await build.copy(name, path))
  const subjects = [
    released,
    ...(judged.sha256 === released.sha256 ? [] : [judged]),
    await build.archive('serve.tar.gz', candidate.servingFiles),
    await build.copy('run.json', candidate.recordFile),
    ...contracts,
    await build.copy('data.lock.yaml', lockFile),
    await build.text('model-card.md', modelCard),
    await build.text('sbom.cdx.json', bill),
    ...(predictions === undefined ? [] : [await build.measured(predictions)]),
    ...(reference === undefined ? [] : [await build.copy('reference.json', reference)]),
    ...(predictionReference === undefined ? [] : [await build.measured(predictionReference)]),
  ]
  const named = subjects.flatMap((file) => [file, ...file.parts])
  const files = [...subjects, await build.text('provenance.intoto.json', provenance(named))]
  const assets = [...files, await build.text('sums.txt', sumsOf(files))].flatMap(assetsOf)
  requireFitting(assets.length, limits)
  return assets
}

/** Names the content of a whole release. */
export function contentDigest(assets: readonly BuiltAsset[]): string {
  return sha256(inOrder(assets).map(sumLine).join(''))
}

function sumsOf(files: readonly ReleasedFile[]): string {
  const lines = inOrder(files).flatMap((file) => [
    sumLine(file),
    ...file.parts.map((part) => partLine(part.sha256, part.name)),
  ])
  return lines.join('')
}

function sumLine(asset: BuiltAsset): string {
  return `${asset.sha256}  ${asset.name}\n`
}

function inOrder<Asset extends BuiltAsset>(assets: readonly Asset[]): readonly Asset[] {
  return [...assets].sort((one, other) => byBytes(one.name, other.name))
}

function assetsOf({ parts, ...asset }: ReleasedFile): readonly BuiltAsset[] {
  return parts.length > 0 ? parts : [asset]
}

function builderIn(folder: string, limits: ReleaseLimits) {
  return { model, archive, copy, text, measured }

  async function model(name: string, source: string): Promise<ReleasedFile> {
    const stats = await stat(source)
    if (stats.isDirectory()) return asModel(await archive(`${name}.tar.gz`, await listFolder(source)))
    const extension = extname(basename(source)).replace(/[^A-Za-z0-9.]/g, '')
    return asModel(await copy(name + extension, source))
  }

  async function archive(name: string, entries: Readonly<Record<string, string>>): Promise<ReleasedFile> {
    await writeTar(join(folder, name), entries)
    return measured(name)
  }

  /** A copy, so that what is uploaded cannot change under the upload. */
  async function copy(name: string, source: string): Promise<ReleasedFile> {
    await copyFile(source, join(folder, name), constants.COPYFILE_FICLONE)
    return measured(name)
  }

  async function text(name: string, content: string): Promise<ReleasedFile> {
    await writeFile(join(folder, name), content)
    return measured(name)
  }

  async function measured(name: string): Promise<ReleasedFile> {
    const path = join(folder, name)
    const { size } = await stat(path)
    if (size === 0) {
      throw new Fault('registry/bad-asset', `Cannot publish "${name}": it is empty; expected at least one byte`, {
        remedy: 'Let the stage write what it promises.',
        stays: 'nothing was published',
      })
    }
    const contentType = contentTypes[extname(name)] ?? 'application/octet-stream'
    const same = { path, isModel: false, contentType }
    if (size <= limits.assetBytes) return { ...same, name, bytes: size, sha256: await sha256OfFile(path), parts: [] }
    const { sha256: digest, slices } = await cutFile(path, limits.assetBytes)
    const parts = slices.map(({ number, from, bytes, sha256: sliceDigest }) => ({
      ...same,
      contentType: 'application/octet-stream',
      name: partName(name, number),
      bytes,
      sha256: sliceDigest,
      from,
    }))
    return { ...same, name, bytes: size, sha256: digest, parts }
  }
}

function asModel(file: ReleasedFile): ReleasedFile {
  return { ...file, isModel: true, parts: file.parts.map((part) => ({ ...part, isModel: true })) }
}
