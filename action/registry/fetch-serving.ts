import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { type DownloadTerms, downloadAssets } from './download-assets.ts'
import type { PublishedRecord } from './record-published.ts'
import { unpackTar } from './unpack-tar.ts'
import { requireRelease, requireUnchanged } from './verified-release.ts'
import { fileDigests, publishedFiles } from './wanted-files.ts'

/** What of a release answers: removed at disposal. */
export interface ServingFiles extends AsyncDisposable {
  /** Absolute; holds `plumbline.yaml` and all that `predict` reads. */
  readonly folder: string
  /** Paths of the files inside it. */
  readonly files: readonly string[]
  /** The released fit, a file or a folder, absolute. */
  readonly model: string
}

/**
 * Brings a release's model and what serves it onto this machine. The assets are kept in `keep`, by tag, and are only ever
 * used with the digests that the ledger has of them; they are unpacked anew each time.
 */
export async function fetchServing(
  client: GitHubClient,
  record: PublishedRecord,
  keep: string,
  terms: DownloadTerms,
): Promise<ServingFiles> {
  const names = [...fileDigests(record).keys()]
  const modelName = names.find((name) => /^model(\.|$)/.test(name))
  if (modelName === undefined || !names.includes('serve.tar.gz')) throw notServable(record)
  const [archive = '', asset = ''] = await keptAssets(client, record, ['serve.tar.gz', modelName], keep, terms)
  const place = await mkdtemp(join(tmpdir(), 'plumbline-serve-'))
  const dispose = () => rm(place, { recursive: true, force: true })
  try {
    const folder = join(place, 'files')
    const files = await unpackTar(archive, folder)
    if (!modelName.endsWith('.tar.gz')) return { folder, files, model: asset, [Symbol.asyncDispose]: dispose }
    const model = join(place, 'model')
    await mkdir(model)
    await unpackTar(asset, model)
    return { folder, files, model, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Assets of a release on this machine, by the digests that the ledger has of them: their paths, in the order of their names. */
export async function keptAssets(
  client: GitHubClient,
  record: PublishedRecord,
  names: readonly string[],
  keep: string,
  terms: DownloadTerms,
): Promise<readonly string[]> {
  const folder = join(keep, record.tag)
  const paths = names.map((name) => join(folder, name))
  const digests = await Promise.all(paths.map((path) => sha256OfFile(path).catch(() => undefined)))
  const expected = fileDigests(record)
  const missing = names.filter((name, index) => digests[index] === undefined || digests[index] !== expected.get(name))
  if (missing.length === 0) return paths
  const release = await requireRelease(client, record)
  requireUnchanged(release, record)
  // What somebody edited here is nobody's to keep.
  for (const name of missing) await rm(join(folder, name), { force: true, recursive: true })
  const wanted = publishedFiles(release, record).filter(({ name }) => missing.includes(name))
  if (wanted.length < missing.length) throw notServable(record)
  await downloadAssets(client, wanted, folder, terms)
  return paths
}

function notServable({ tag }: PublishedRecord): Fault {
  return new Fault(
    'serving/cannot-serve',
    `Cannot serve "${tag}": it has no serve.tar.gz; expected what predict needs`,
    {
      remedy: 'Register the model with a newer Plumbline.',
    },
  )
}
