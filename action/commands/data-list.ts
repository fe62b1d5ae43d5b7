import type { DataListing } from '../report/report-data.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const dataList = defineCommand({
  name: 'data list',
  group: 'data',
  summary: 'Show what is pinned, where its bytes are, and which other snapshots there are.',
  example: 'plumbline data list',
  inputs: {
    data: text({
      description:
        'Another snapshot than the pinned one: its name, a release’s tag, or at least 8 digits of its digest',
      example: 'before-outage',
    }),
    sums: flag({ description: 'Prints only lines that `sha256sum -c` checks' }),
  },
  outputs: {
    'data-digest': 'SHA-256 of the pinned snapshot',
    missing: 'How many of its files are neither in the working tree nor in the store',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ data, sums }, context): Promise<Outcome<DataListing>> {
    const { readProject } = await import('../project/read-project.ts')
    const { chooseSnapshot } = await import('../data/choose-snapshot.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const chosen = await chooseSnapshot(project.value, data)
    if (!chosen.ok) return { kind: 'diagnosed', diagnostics: chosen.diagnostics }

    const { listData } = await import('../data/list-data.ts')
    const { knownSnapshots } = await import('../data/known-snapshots.ts')
    const { countFiles } = await import('../project/data-lock.ts')
    const { digest, lock, asked, commit } = chosen.value
    const listed = await listData(project.value, lock, context.signal, context)
    const known = sums ? [] : await knownSnapshots(project.value)
    return {
      kind: 'done',
      result: {
        ...listed,
        digest,
        until: lock.until,
        isSums: sums,
        ...(data !== undefined && { asked }),
        ...(commit !== undefined && { commit }),
        snapshots: known.map(({ lock: other, ...rest }) => ({ ...rest, until: other.until, files: countFiles(other) })),
      },
    }
  },

  async report(listing) {
    const { reportDataListing } = await import('../report/report-data.ts')
    return reportDataListing(listing)
  },
})
