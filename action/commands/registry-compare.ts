import { Fault } from '../base/fault.ts'
import type { FileChanges } from '../pipeline/compare-runs.ts'
import type { KnownRun } from '../pipeline/merge-runs.ts'
import type { RegistryEntry } from '../registry/registry.ts'
import type { ReleaseFacts } from '../registry/release-facts.ts'
import type { RunDifference } from '../report/report-run-diff.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, requiredText } from './fields.ts'
import { versionWords } from './registry-fields.ts'

export const registryCompare = defineCommand({
  name: 'registry compare',
  group: 'model',
  summary: 'Show how two released models differ: parameters, metrics, data, environment, files.',
  example: 'plumbline registry compare champion parcels-v12',
  inputs: {
    earlier: requiredText({
      description: `The earlier one: ${versionWords.toLowerCase()}`,
      example: 'champion',
      positional: true,
    }),
    later: requiredText({
      description: 'The later one, named the same way',
      example: 'parcels-v12',
      positional: true,
    }),
    all: flag({ description: 'Also what is the same in both' }),
  },
  outputs: { differs: '`true` where anything that made the runs differs' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ earlier, later, all }, context): Promise<Outcome<RunDifference>> {
    const { withReleases } = await import('./known-releases.ts')
    const { changedCode } = await import('../pipeline/changed-files.ts')
    const { compareRuns } = await import('../pipeline/compare-runs.ts')
    const { showRun } = await import('../pipeline/show-run.ts')
    const { compareAssets } = await import('../registry/compare-assets.ts')
    const { releasedDataChanges } = await import('../registry/locked-files.ts')
    const { findEntry } = await import('../registry/registry.ts')
    const prices = await pricesOf(context.folder)
    return withReleases(context, async ({ client, registry, facts }) => {
      const [one, other] = [findEntry(registry, earlier), findEntry(registry, later)]
      if (one === other) throw sameVersion(one)
      const [before, after] = [facts(one), facts(other)]
      const [older, newer] = [showRun(knownRun(before), prices), showRun(knownRun(after), prices)]
      const data: FileChanges | null = await releasedDataChanges(client, one, other)
      return {
        kind: 'done',
        result: {
          before: older,
          after: newer,
          comparison: compareRuns(older.record, newer.record),
          code: await changedCode(context.folder, before.commit, after.commit),
          data,
          assets: compareAssets(before.assets, after.assets),
          isAll: all,
          currency: prices.currency,
          sources: { ledger: { kind: 'read', runs: registry.entries.length }, problems: [] },
        },
      }
    })
  },

  async report(difference: RunDifference) {
    const { reportRunDiff } = await import('../report/report-run-diff.ts')
    return reportRunDiff(difference)
  },
})

async function pricesOf(folder: string) {
  const { readProject } = await import('../project/read-project.ts')
  const read = await readProject(folder).catch(() => undefined)
  return read?.ok ? read.value.cost : { currency: 'USD', perMinute: {} }
}

function knownRun({ run, tag, version, publishedAt, model, runKey }: ReleaseFacts): KnownRun {
  if (run === null) {
    throw new Fault(
      'registry/ledger-broken',
      `Cannot compare "${tag}": the ledger's record of its run cannot be read; expected a record of this version or an older one`,
      { remedy: 'Use the Plumbline that published it, or a newer one.' },
    )
  }
  return { runKey, model, executions: [run], isHere: false, isInLedger: true, release: { tag, version, publishedAt } }
}

function sameVersion({ record: { tag } }: RegistryEntry): Fault {
  return new Fault(
    'registry/unknown-version',
    `Cannot compare "${tag}" with itself: both names mean this release; expected two`,
    { remedy: 'See plumbline registry list' },
  )
}
