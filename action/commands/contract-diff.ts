import type { ContractDiff } from '../report/report-contract-diff.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { text } from './fields.ts'

export const contractDiff = defineCommand({
  name: 'contract diff',
  group: 'data',
  summary: 'Say what changed between two contracts, and which changes break who reads the data.',
  example: 'plumbline contract diff main',
  inputs: {
    older: text({
      description: 'The older contract: a file, a git revision, or REVISION:path',
      example: 'main',
      default: 'the base of the pull request, else HEAD',
      positional: true,
    }),
    newer: text({
      description: 'The newer contract, named the same way',
      example: 'HEAD',
      default: 'the files as they lie there',
      positional: true,
    }),
  },
  outputs: {
    verdict: '`pass`, or `no` where a change is breaking',
    breaking: 'How many changes leave readers less to rely on',
    compatible: 'How many changes leave readers more to rely on',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ older, newer }, { folder, environment }): Promise<Outcome<ContractDiff>> {
    const { readContractSides } = await import('../pipeline/contract-sides.ts')
    const { compareContracts } = await import('../pipeline/compare-contracts.ts')
    const { countImpacts } = await import('../report/report-contract-diff.ts')
    const sides = await readContractSides({
      folder,
      from: older,
      to: newer,
      baseBranch: environment['GITHUB_BASE_REF'] || undefined,
    })
    if (!sides.ok) return { kind: 'diagnosed', diagnostics: sides.diagnostics }
    const compared = compareContracts(sides.value)
    if (!compared.ok) return { kind: 'diagnosed', diagnostics: compared.diagnostics }
    const result = { contracts: compared.value }
    return { kind: countImpacts(result).breaking > 0 ? 'no' : 'done', result }
  },

  async report(result) {
    const { reportContractDiff } = await import('../report/report-contract-diff.ts')
    return reportContractDiff(result)
  },
})
