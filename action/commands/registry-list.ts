import { Fault } from '../base/fault.ts'
import type { RegistryListing } from '../report/report-registry.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, integer, text } from './fields.ts'

const shownByDefault = 20

export const registryList = defineCommand({
  name: 'registry list',
  group: 'model',
  summary: 'Show the released models: versions, how they were judged, what is live.',
  example: 'plumbline registry list parcels',
  inputs: {
    model: text({ description: 'Of this model alone', example: 'parcels', default: 'all models', positional: true }),
    limit: integer({ description: 'How many are shown', default: String(shownByDefault), minimum: 1 }),
    metric: text({
      description: 'The metric that is shown',
      example: 'roc_auc',
      default: 'that of the first gate, else the task’s main one',
    }),
    cleaned: flag({ description: 'Also releases that retention deleted' }),
  },
  outputs: { releases: 'How many releases are known' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ model, limit, metric, cleaned }, context): Promise<Outcome<RegistryListing>> {
    const { runsOf, withReleases } = await import('./known-releases.ts')
    return withReleases(context, async ({ client, registry, facts }) => {
      const ofModel = registry.entries.filter(({ record }) => model === undefined || record.model === model)
      if (model !== undefined && ofModel.length === 0) throw await unknownModel(model, registry.entries)
      if (metric !== undefined) {
        const { chooseMetric } = await import('../pipeline/list-runs.ts')
        chooseMetric(
          runsOf(ofModel.map(facts)).map((run) => ({ executions: [run] })),
          metric,
        )
      }
      const kept = ofModel.map(facts).filter(({ state }) => cleaned || state !== 'cleaned')
      const releases = kept.toReversed().slice(0, limit ?? shownByDefault)
      const { unreadable } = registry
      const hidden = ofModel.length - kept.length
      const result = { model: model ?? null, releases, total: kept.length, hidden, metric: metric ?? null, unreadable }
      return { kind: 'done', result: { ...result, calls: client.calls() } }
    })
  },

  async report(listing: RegistryListing) {
    const { reportRegistry } = await import('../report/report-registry.ts')
    return reportRegistry(listing)
  },
})

async function unknownModel(
  model: string,
  entries: readonly { readonly record: { readonly model: string } }[],
): Promise<Fault> {
  const { nearestName } = await import('../base/nearest-name.ts')
  const models = [...new Set(entries.map(({ record }) => record.model))]
  const meant = nearestName(model, models)
  return new Fault(
    'registry/unknown-version',
    `Cannot list the releases of "${model}": no model of that name is released here; expected one that is`,
    {
      remedy:
        models.length === 0
          ? 'Nothing is published yet: plumbline run, then plumbline register.'
          : meant === undefined
            ? `There are ${models.join(', ')}.`
            : `Did you mean "${meant}"?`,
    },
  )
}
