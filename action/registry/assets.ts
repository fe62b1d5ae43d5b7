import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'

import { byBytes } from '../base/byte-order.ts'
import { Fault } from '../base/fault.ts'
import { sha256, sha256OfFile } from '../base/sha256.ts'
import type { Candidate } from '../pipeline/run-record.ts'
import type { PlannedAsset } from './next-publish-step.ts'
import { listFolder, writeTar } from './write-tar.ts'

/** One file of a release, as it lies on disk until it is uploaded. */
export interface BuiltAsset extends PlannedAsset {
  readonly path: string
  readonly contentType: string
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
  /** From the assets that are there before it to the statement about them. */
  readonly provenance: (subjects: readonly BuiltAsset[]) => string
}

const contentTypes: Readonly<Record<string, string>> = {
  '.gz': 'application/gzip',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.yaml': 'application/yaml',
}

/**
 * Builds every asset of a release in `folder`: the same candidate gives the same bytes. `sums.txt` comes last and lists the
 * others as `sha256sum -c` reads them.
 */
export async function buildAssets(folder: string, sources: AssetSources): Promise<readonly BuiltAsset[]> {
  const { candidate, contractFiles, lockFile, modelCard, bill, predictions, provenance } = sources
  await mkdir(folder, { recursive: true })
  const released = await buildModel(folder, 'model', candidate.releasedModel)
  const judged = await buildModel(folder, 'judged', candidate.judgedModel)
  const contracts: BuiltAsset[] = []
  for (const [name, path] of Object.entries(contractFiles)) contracts.push(await buildCopy(folder, name, path))
  const subjects = [
    released,
    ...(judged.sha256 === released.sha256 ? [] : [judged]),
    await buildArchive(folder, 'serve.tar.gz', candidate.servingFiles),
    await buildCopy(folder, 'run.json', candidate.recordFile),
    ...contracts,
    await buildCopy(folder, 'data.lock.yaml', lockFile),
    await buildText(folder, 'model-card.md', modelCard),
    await buildText(folder, 'sbom.cdx.json', bill),
    ...(predictions === undefined ? [] : [await measured(folder, predictions)]),
  ]
  const assets = [...subjects, await buildText(folder, 'provenance.intoto.json', provenance(subjects))]
  return [...assets, await buildText(folder, 'sums.txt', sumsOf(assets))]
}

/** Names the content of a whole release. */
export function contentDigest(assets: readonly BuiltAsset[]): string {
  return sha256(sumsOf(assets))
}

function sumsOf(assets: readonly BuiltAsset[]): string {
  return [...assets]
    .sort((one, other) => byBytes(one.name, other.name))
    .map((asset) => `${asset.sha256}  ${asset.name}\n`)
    .join('')
}

async function buildModel(folder: string, name: string, source: string): Promise<BuiltAsset> {
  const stats = await stat(source)
  if (stats.isDirectory())
    return { ...(await buildArchive(folder, `${name}.tar.gz`, await listFolder(source))), isModel: true }
  const extension = extname(basename(source)).replace(/[^A-Za-z0-9.]/g, '')
  return { ...(await buildCopy(folder, name + extension, source)), isModel: true }
}

async function buildArchive(
  folder: string,
  name: string,
  entries: Readonly<Record<string, string>>,
): Promise<BuiltAsset> {
  await writeTar(join(folder, name), entries)
  return measured(folder, name)
}

/** A copy, so that what is uploaded cannot change under the upload. */
async function buildCopy(folder: string, name: string, source: string): Promise<BuiltAsset> {
  await copyFile(source, join(folder, name))
  return measured(folder, name)
}

async function buildText(folder: string, name: string, text: string): Promise<BuiltAsset> {
  await writeFile(join(folder, name), text)
  return measured(folder, name)
}

const largestAssetBytes = 2 * 1024 ** 3

async function measured(folder: string, name: string): Promise<BuiltAsset> {
  const path = join(folder, name)
  const { size } = await stat(path)
  if (size === 0 || size >= largestAssetBytes) {
    throw new Fault(
      'registry/bad-asset',
      `Cannot publish "${name}": it has ${size} bytes; expected at least 1 and less than 2 GiB`,
      {
        remedy:
          size === 0
            ? 'Let the stage write what it promises.'
            : 'Make the model smaller: releases take files of less than 2 GiB.',
        stays: 'nothing was published',
      },
    )
  }
  const contentType = contentTypes[extname(name)] ?? 'application/octet-stream'
  return { name, path, bytes: size, sha256: await sha256OfFile(path), isModel: false, contentType }
}
