import type { CacheListing } from '../report/report-cache.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'

export const cacheList = defineCommand({
  name: 'cache list',
  group: 'model',
  summary: 'Show what is kept to be used again: results of stages, checkpoints, environments.',
  example: 'plumbline cache list',
  inputs: {
    environments: flag({ description: 'Also environments, which the projects of this machine share' }),
  },
  outputs: {
    entries: 'How many there are',
    'cache-bytes': 'How many bytes they hold',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ environments: withEnvironments }, { folder, environment, now }): Promise<Outcome<CacheListing>> {
    const { readProject } = await import('../project/read-project.ts')
    const { cacheEntries } = await import('../pipeline/cache-entries.ts')
    const project = await readProject(folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const entries = await cacheEntries({ folder, environment, withEnvironments, now })
    return { kind: 'done', result: { entries, budgetBytes: project.value.keep.cacheBytes, withEnvironments } }
  },

  async report(listing) {
    const { reportCacheListing } = await import('../report/report-cache.ts')
    return reportCacheListing(listing)
  },
})
