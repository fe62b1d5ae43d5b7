import type { DriftReport } from '../report/report-drift.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { limits, share, weights } from './drift-fields.ts'
import { requiredText } from './fields.ts'

export const drift = defineCommand({
  name: 'drift',
  group: 'data',
  summary: 'Say whether one set of data differs from another in more than chance, column by column.',
  example: 'plumbline drift --reference 2024.parquet --current 2025-01.csv',
  inputs: {
    reference: requiredText({
      description: 'The data to compare with: a file, or a glob in quotes',
      example: '2024.parquet',
    }),
    current: requiredText({ description: 'The data to judge, named the same way', example: '2025-01.csv' }),
    effect: share({
      description:
        'The least effect that matters, 0 to 1: D of numbers, total variation of categories, shares of missing rows',
      example: '0.05',
      default: '0.1',
    }),
    fdr: share({
      description: 'The share of false ones among the columns called drifted, at most',
      example: '0.01',
      default: '0.05',
    }),
    above: limits({
      description:
        'A plain limit: a column drifts where a measure is above it, and by that alone; psi, ks, js-2 and others',
      example: 'psi=0.2',
    }),
    weight: weights({
      description: 'Importance of a column; columns without one then count nothing. Without any, all count alike',
      example: 'carrier=0.3',
    }),
  },
  outputs: {
    verdict: '`drift`, `insufficient data`, `notable` or `no drift`',
    drifted: 'How many columns drift or are gone',
    reason: 'Why, in one line',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],
  isAdvisory: true,

  async run(
    { reference, current, effect = 0.1, fdr = 0.05, above, weight },
    { folder, signal },
  ): Promise<Outcome<DriftReport>> {
    const { findNamedFiles } = await import('../data/find-named-files.ts')
    const { compareSamples } = await import('../pipeline/compare-samples.ts')
    const rule = { effect, fdr, limits: above, weights: weight }
    const files = await Promise.all([reference, current].map((named) => findNamedFiles(folder, named)))
    const compared = await compareSamples(files[0] ?? [], files[1] ?? [], rule, signal)
    if (!compared.ok) return { kind: 'diagnosed', diagnostics: compared.diagnostics }
    const result = { reference, current, ...compared.value }
    return { kind: result.verdict === 'drift' || result.verdict === 'insufficient data' ? 'no' : 'done', result }
  },

  async report(result) {
    const { reportDrift } = await import('../report/report-drift.ts')
    return reportDrift(result)
  },
})
