import type { GarbageSummary } from '../report/report-data.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'

export const dataGc = defineCommand({
  name: 'data gc',
  group: 'data',
  summary: 'Remove stored bytes that no snapshot needs any more.',
  example: 'plumbline data gc --dry-run',
  inputs: {
    'dry-run': flag({ description: 'Changes nothing; only says what would be done' }),
    shared: flag({ description: 'Also of a store outside of this repository, which other projects may use' }),
  },
  outputs: {
    removed: 'How many files or results went, or would',
    bytes: 'How many bytes they held',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run(inputs, context): Promise<Outcome<GarbageSummary>> {
    const { readProject } = await import('../project/read-project.ts')
    const { collectGarbage } = await import('../data/collect-garbage.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const isDryRun = inputs['dry-run']
    const collected = await collectGarbage(project.value, {
      isDryRun,
      isShared: inputs.shared,
      nowMs: context.now().getTime(),
      signal: context.signal,
    })
    return { kind: 'done', result: { ...collected, isDryRun, keep: project.value.keep.data } }
  },

  async report(collected) {
    const { reportGarbage } = await import('../report/report-data.ts')
    return reportGarbage(collected)
  },
})
