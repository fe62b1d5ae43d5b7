import { parseByteSize } from '../base/byte-size.ts'
import { Fault } from '../base/fault.ts'
import type { CacheClearing } from '../report/report-cache.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const cacheGc = defineCommand({
  name: 'cache gc',
  group: 'model',
  summary: 'Remove what was used the longest ago, until what is kept fits its budget.',
  example: 'plumbline cache gc --budget 5GB --dry-run',
  inputs: {
    budget: text({
      description: 'How many bytes may stay; what the current and the newest passed run need stays whatever it takes',
      example: '5GB',
      default: '`keep.cache` of plumbline.yaml, 20 GB where it says nothing',
    }),
    'dry-run': flag({ description: 'Changes nothing; only says what would be done' }),
    environments: flag({ description: 'Also environments, which the projects of this machine share' }),
  },
  outputs: {
    removed: 'How many files or results went, or would',
    bytes: 'How many bytes they held',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run(inputs, { folder, environment, now, signal }): Promise<Outcome<CacheClearing>> {
    const asked = inputs.budget === undefined ? undefined : readBudget(inputs.budget)
    const { readProject } = await import('../project/read-project.ts')
    const { clearCache } = await import('../pipeline/clear-cache.ts')
    const project = await readProject(folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const isDryRun = inputs['dry-run']
    const budgetBytes = asked ?? project.value.keep.cacheBytes
    const withEnvironments = inputs.environments
    const plan = await clearCache({ folder, environment, now, signal, isDryRun, budgetBytes, withEnvironments })
    return { kind: 'done', result: { ...plan, budgetBytes, isDryRun, withEnvironments } }
  },

  async report(clearing) {
    const { reportCacheClearing } = await import('../report/report-cache.ts')
    return reportCacheClearing(clearing)
  },
})

function readBudget(given: string): number {
  const bytes = parseByteSize(given)
  if (bytes !== undefined) return bytes
  throw new Fault(
    'cli/bad-input',
    `Cannot use "${given}" as --budget: it is no size; expected one with its unit, above 0`,
    {
      remedy: 'Such as 500MB, 5GB or 2GiB.',
    },
  )
}
