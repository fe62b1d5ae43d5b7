import type { CollectedElsewhere } from '../data/garbage/collect-elsewhere.ts'
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
    shared: flag({ description: 'Also of a store outside of this repository, as S3 is, which other projects may use' }),
  },
  outputs: {
    removed: 'How many files or results went, or would',
    bytes: 'How many bytes they held',
  },
  permissions: { contents: 'write', 'pull-requests': 'read' },
  effects: ['reads-repository', 'writes-files', 'writes-releases', 'pushes-commits'],

  async run(inputs, context): Promise<Outcome<GarbageSummary>> {
    const { readProject } = await import('../project/read-project.ts')
    const { collectGarbage } = await import('../data/collect-garbage.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const isDryRun = inputs['dry-run']
    const { signal, progress } = context
    const wishes = { isDryRun, isShared: inputs.shared, signal }
    // First: what nobody may know is needed is not removed here either.
    const { collectElsewhere } = await import('../data/garbage/collect-elsewhere.ts')
    const nowMs = () => context.now().getTime()
    const elsewhere = await collectElsewhere(project.value, context, { ...wishes, nowMs, progress })
    const here = await collectGarbage(project.value, { ...wishes, nowMs: nowMs() })
    const collected = { ...here, ...(elsewhere && { elsewhere: summed(elsewhere) }) }
    return { kind: 'done', result: { ...collected, isDryRun, keep: project.value.keep.data } }
  },

  async report(collected) {
    const { reportGarbage } = await import('../report/report-data.ts')
    return reportGarbage(collected)
  },
})

function summed({ remove, ...facts }: CollectedElsewhere): NonNullable<GarbageSummary['elsewhere']> {
  return { ...facts, removed: remove.map(({ name, digests, bytes }) => ({ name, files: digests.length, bytes })) }
}
