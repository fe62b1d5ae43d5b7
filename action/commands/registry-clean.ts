import { formatDuration, parseDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import type { CleanSummary } from '../report/report-clean.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

const oldDraftMs = 86_400_000

export const registryClean = defineCommand({
  name: 'registry clean',
  group: 'model',
  summary: 'Say which old releases and abandoned drafts go; with --apply, delete them. Tags and records stay.',
  example: 'plumbline registry clean --apply',
  inputs: {
    apply: flag({ description: 'Does what is planned; without it nothing is changed' }),
    'older-than': text({
      description: 'Drafts and broken uploads that are younger stay',
      example: '2d',
      default: formatDuration(oldDraftMs),
    }),
  },
  outputs: {
    removed: 'How many files or results went, or would',
    bytes: 'How many bytes they held',
  },
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits', 'writes-releases'],

  async run({ apply, 'older-than': older }, context): Promise<Outcome<CleanSummary>> {
    const { readProject } = await import('../project/read-project.ts')
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const olderThanMs = olderOf(older)
    const { withReleases } = await import('./known-releases.ts')
    const { applyClean, planClean } = await import('../registry/clean-registry.ts')
    const { readCodeState } = await import('../pipeline/read-code-state.ts')
    const { readTrigger } = await import('../pipeline/read-trigger.ts')
    const { model, keep } = project.value
    return withReleases(context, async ({ client, registry }) => {
      const nowMs = context.now().getTime()
      const plan = planClean(registry, { model: model.name, keepNewest: keep.releases, olderThanMs, nowMs })
      const bytesOf = (tag: string) => {
        const release = registry.entries.find(({ record }) => record.tag === tag)?.release
        return release?.assets.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0
      }
      const releases = plan.remove.map((decided) => ({ ...decided, bytes: bytesOf(decided.tag) }))
      const { user } = await readCodeState(context.folder)
      const stamp = { at: context.now().toISOString(), actor: readTrigger(context.environment, user).actor }
      const done = apply ? await applyClean(client, registry, plan, { stamp, progress: context.progress }) : null
      const leftovers = plan.leftovers.map((leftover) => {
        const draft = leftover.kind === 'draft' ? leftover.draft : leftover.release
        const held = leftover.kind === 'draft' ? leftover.draft.assets : [leftover.asset]
        const bytes = held.reduce((sum, asset) => sum + asset.bytes, 0)
        const name = leftover.kind === 'draft' ? null : leftover.asset.name
        return { tag: draft.tag, asset: name, reason: leftover.reason, bytes }
      })
      const spared = done?.spared ?? []
      return {
        kind: 'done',
        result: {
          model: model.name,
          isApplied: apply,
          keepNewest: keep.releases,
          releases,
          leftovers,
          kept: plan.keep,
          spared,
        },
      }
    })
  },

  async report(summary: CleanSummary) {
    const { reportClean } = await import('../report/report-clean.ts')
    return reportClean(summary)
  },
})

function olderOf(given: string | undefined): number {
  const olderThanMs = given === undefined ? oldDraftMs : parseDuration(given)
  if (olderThanMs !== undefined) return olderThanMs
  throw new Fault('cli/bad-input', `Cannot read --older-than "${given}": it is no duration; expected one such as 24h`, {
    remedy: 'Give a number and one of m, h, d, w.',
    stays: 'nothing was deleted',
  })
}
