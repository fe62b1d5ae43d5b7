import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import type { DownloadTerms } from './download-assets.ts'
import { keptAssets } from './kept-assets.ts'
import type { PublishedRecord } from './record-published.ts'
import { unpackTar } from './unpack-tar.ts'
import { fileDigests } from './wanted-files.ts'

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
  const assets = await keptAssets(client, record, ['serve.tar.gz', modelName], keep, terms)
  if (!assets) throw notServable(record)
  const [archive = '', asset = ''] = assets
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

function notServable({ tag }: PublishedRecord): Fault {
  return new Fault(
    'serving/cannot-serve',
    `Cannot serve "${tag}": it has no serve.tar.gz; expected what predict needs`,
    {
      remedy: 'Register the model with a newer Plumbline.',
    },
  )
}
