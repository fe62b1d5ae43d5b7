import type { ComparedContract } from '../pipeline/compare-contracts.ts'
import type { ContractChange, Impact } from '../project/diff-contracts.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCounted } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines } from './terminal.ts'
import { wordChange, wordImpact } from './word-change.ts'

/** What changed in the contracts of a project. */
export interface ContractDiff {
  readonly contracts: readonly ComparedContract[]
}

const impacts = ['breaking', 'compatible', 'neutral'] as const satisfies readonly Impact[]
const marks = { breaking: '✗', compatible: '+', neutral: '·' } as const

/** The verdict, then every change of every contract: what breaks readers first, and why. */
export function reportContractDiff(result: ContractDiff): Report {
  const { breaking, compatible, neutral } = countImpacts(result)
  const verdict = breaking > 0 ? `NO  ${formatCounted(breaking, 'breaking change')}` : `PASS  no breaking change`
  const rest = [...(compatible > 0 ? [`${compatible} compatible`] : []), ...(neutral > 0 ? [`${neutral} neutral`] : [])]
  const head = [verdict, ...rest].join(', ')
  return {
    text: ownLines([head, ...result.contracts.flatMap(contractLines)]),
    markdown: [`## ${markdownText(head)}`, ...result.contracts.flatMap(contractMarkdown)].join('\n\n'),
    outputs: { verdict: breaking > 0 ? 'no' : 'pass', breaking: String(breaking), compatible: String(compatible) },
    ...(breaking > 0 && { next: 'tell who reads the data, or keep the old promise beside the new one' }),
  }
}

/** How many changes are of each impact; a contract that is gone breaks whatever it promised, and a new one adds to it. */
export function countImpacts({ contracts }: ContractDiff): Readonly<Record<Impact, number>> {
  const all = contracts.flatMap((contract) => [
    ...contract.changes.map(({ impact }) => impact),
    ...(contract.to === null ? ['breaking'] : contract.from === null ? ['compatible'] : []),
  ])
  const of = (wanted: Impact) => all.filter((impact) => impact === wanted).length
  return { breaking: of('breaking'), compatible: of('compatible'), neutral: of('neutral') }
}

function contractLines(contract: ComparedContract): string[] {
  const whole = wordWhole(contract)
  if (whole !== undefined) return ['', `${sidesOf(contract)}: ${whole}`]
  const lines = ordered(contract.changes).map((change) => [
    `${marks[change.impact]} ${thingOf(change)}  ${wordChange(change)}   ${placeOf(change, contract)}`,
    `    ${change.impact}: ${wordImpact(change)}`,
  ])
  return ['', sidesOf(contract), ...lines.flat()]
}

function contractMarkdown(contract: ComparedContract): string[] {
  const title = `### ${markdownText(sidesOf(contract))}`
  const whole = wordWhole(contract)
  if (whole !== undefined) return [title, markdownText(whole)]
  const rows = ordered(contract.changes).map((change) => [
    change.impact === 'breaking' ? '**breaking**' : change.impact,
    markdownCode(thingOf(change)),
    markdownText(wordChange(change)),
    markdownText(wordImpact(change)),
    markdownCode(placeOf(change, contract)),
  ])
  return [title, markdownTable(['', 'column', 'change', 'why', 'at'], rows)]
}

/** Of a contract without changes to list. */
function wordWhole({ from, to, changes, isReworded }: ComparedContract): string | undefined {
  if (from === null) return 'a new contract; compatible: readers can rely on more than before'
  if (to === null) return 'the contract is gone; breaking: nobody promises anything any more'
  if (changes.length > 0) return undefined
  return isReworded ? 'only words or layout differ; neutral' : 'no change'
}

function ordered(changes: readonly ContractChange[]): readonly ContractChange[] {
  return impacts.flatMap((impact) => changes.filter((change) => change.impact === impact))
}

function thingOf(change: ContractChange): string {
  if ('column' in change && change.column !== null) return change.column
  return change.kind === 'id' || change.kind === 'version' ? 'contract' : 'table'
}

function placeOf({ side, line }: ContractChange, { from, to }: ComparedContract): string {
  const file = (side === 'from' ? from : to) ?? ''
  return line === null ? file : `${file}:${line}`
}

function sidesOf({ from, to }: ComparedContract): string {
  return from === null || to === null ? (from ?? to ?? '') : `${from} → ${to}`
}
