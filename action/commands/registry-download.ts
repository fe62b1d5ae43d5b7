import { resolve } from 'node:path'

import type { DownloadSummary } from '../report/report-download.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { list, text } from './fields.ts'
import { registryFields } from './registry-fields.ts'

export const registryDownload = defineCommand({
  name: 'registry download',
  group: 'model',
  summary: 'Download a released model’s files, verified; an interrupted download goes on where it stopped.',
  example: 'plumbline registry download parcels-v12 --into models/parcels',
  inputs: {
    version: registryFields.version,
    into: text({
      description: 'Folder that the files go to',
      example: 'models/parcels',
      default: 'the version’s name',
    }),
    asset: list({ description: 'This file alone; several may be given', example: 'model.skops' }),
  },
  outputs: {
    tag: 'The release’s tag: `<model>-v<N>-g<commit>-d<data>`',
    folder: 'Where the files are, absolute',
    files: 'The files written, one a line',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run({ version, into, asset }, context): Promise<Outcome<DownloadSummary>> {
    const { withReleases } = await import('./known-releases.ts')
    const { downloadRelease } = await import('../registry/download-release.ts')
    const { findEntry } = await import('../registry/registry.ts')
    return withReleases(context, async ({ client, registry }) => {
      const entry = findEntry(registry, version)
      const { model, version: number, tag } = entry.record
      const folder = resolve(context.folder, into ?? `${model}-v${number}`)
      const { progress, signal } = context
      const files = await downloadRelease(client, entry, { folder, names: asset, progress, signal })
      return { kind: 'done', result: { tag, folder, files, calls: client.calls() } }
    })
  },

  async report(summary: DownloadSummary) {
    const { reportDownload } = await import('../report/report-download.ts')
    return reportDownload(summary)
  },
})
