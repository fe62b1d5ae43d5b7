import type { ShownRelease } from '../report/report-release.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { registryFields } from './registry-fields.ts'

export const registryShow = defineCommand({
  name: 'registry show',
  group: 'model',
  summary: 'Show one released model: how it was judged, what it is made of, its files, where it is live.',
  example: 'plumbline registry show parcels-v12',
  inputs: { version: registryFields.version },
  outputs: {
    tag: 'The release’s tag: `<model>-v<N>-g<commit>-d<data>`',
    state: '`published`, `cleaned` or `gone`',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ version }, context): Promise<Outcome<ShownRelease>> {
    const { withReleases } = await import('./known-releases.ts')
    const { findEntry } = await import('../registry/registry.ts')
    const { aliasMoves } = await import('../registry/aliases.ts')
    return withReleases(context, async ({ client, registry, facts }) => {
      const entry = findEntry(registry, version)
      const { model, tag } = entry.record
      const moves = aliasMoves(registry.ledger.records)
      const aliasHistory = moves.filter((move) => move.model === model && (move.tag === tag || move.was === tag))
      return { kind: 'done', result: { release: facts(entry), aliasHistory, calls: client.calls() } }
    })
  },

  async report(shown: ShownRelease) {
    const { reportRelease } = await import('../report/report-release.ts')
    return reportRelease(shown)
  },
})
