import type { PullSummary } from '../report/report-data.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const dataPull = defineCommand({
  name: 'data pull',
  group: 'data',
  summary: 'Bring the pinned bytes to their paths in the working tree.',
  example: 'plumbline data pull',
  inputs: {
    data: text({
      description:
        'Another snapshot than the pinned one: its name, a release’s tag, or at least 8 digits of its digest',
      example: 'before-outage',
    }),
    force: flag({
      description: 'Do it all the same: over files and results that are there, past triggers and limits of retraining',
    }),
    link: flag({ description: 'Gives the store’s files a second name here, read-only, instead of copying them' }),
  },
  outputs: {
    'data-digest': 'SHA-256 of the pinned snapshot',
    pulled: 'How many files were brought here',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run({ data, force, link }, context): Promise<Outcome<PullSummary>> {
    const { readProject } = await import('../project/read-project.ts')
    const { chooseSnapshot } = await import('../data/choose-snapshot.ts')
    const { pullSnapshot } = await import('../data/pull-snapshot.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const chosen = await chooseSnapshot(project.value, data)
    if (!chosen.ok) return { kind: 'diagnosed', diagnostics: chosen.diagnostics }
    const { signal, progress } = context
    const options = { isForced: force, withLinks: link, signal, progress, world: context }
    const pulled = await pullSnapshot(project.value, chosen.value.lock, options)
    return { kind: 'done', result: { ...pulled, digest: chosen.value.digest, withLinks: link } }
  },

  async report(pulled) {
    const { reportPull } = await import('../report/report-data.ts')
    return reportPull(pulled)
  },
})
