import type { BudgetVerdict } from '../pipeline/decide-budget.ts'
import type { CostGroup, CostRow, Period } from '../pipeline/sum-costs.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordBudget } from './word-budget.ts'
import { columns, type RunSources, wordLedger, wordMinutes, wordMoney, wordProblem } from './word-runs.ts'

/** What `cost` shows. */
export interface CostReport extends Period {
  readonly by: CostGroup
  readonly rows: readonly CostRow[]
  readonly total: CostRow
  readonly currency: string
  /** Whose budget is told. */
  readonly model: string
  /** Null where none is set. */
  readonly budget: BudgetVerdict | null
  readonly sources: RunSources
}

/** Runs of pull requests may not write to the ledger. */
const unseenRuns = 'Runs of pull requests leave an artifact and no record in the ledger: they are not in these sums.'

export function reportCost(cost: CostReport): Report {
  const header = [cost.by, 'runs', 'trained', 'billed', 'here', cost.currency, 'without a price']
  const rows = [...cost.rows, ...(cost.rows.length > 1 ? [cost.total] : [])].map((row) => cellsOf(row, cost.currency))
  const budget = wordOwnBudget(cost)
  const notes = [
    ...(budget === undefined ? [] : [budget]),
    ...(cost.sources.ledger.kind === 'read' ? [unseenRuns] : []),
  ]
  const cannotSee = wordLedger(cost.sources.ledger)
  const unseen = [...(cannotSee === undefined ? [] : [cannotSee]), ...cost.sources.problems.map(wordProblem)]
  const headline = wordHeadline(cost)
  return {
    text: ownLines([
      headline,
      ...(rows.length === 0 ? [] : ['', ...columns([header, ...rows]).map((line) => `  ${line}`)]),
      ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `  ${plainText(note)}`)]),
    ]),
    markdown: [
      '## Cost',
      markdownText(headline),
      ...(rows.length === 0
        ? []
        : [
            markdownTable(
              header.map(markdownText),
              rows.map((row) => row.map(markdownText)),
              alignment,
            ),
          ]),
      ...[...notes, ...unseen.map((words) => `⚠ ${words}`)].map(markdownText),
    ].join('\n\n'),
    outputs: {
      minutes: String(cost.total.billedMinutes),
      money: cost.total.money === null ? '' : String(Number(cost.total.money.toFixed(6))),
      budget: cost.budget === null ? '' : budgetState(cost.budget, cost.sources),
    },
    ...(cost.total.unpricedMinutes > 0 && { next: 'price the runner’s minute in plumbline.yaml: cost.per-minute' }),
  }
}

const alignment = ['left', 'right', 'right', 'right', 'right', 'right', 'right'] as const

function wordHeadline({ total, currency, since, until }: CostReport): string {
  const from = since === null ? [] : [`from ${since.slice(0, 10)}`]
  const to = until === null ? [] : [`before ${until.slice(0, 10)}`]
  const period = [...from, ...to].join(' ')
  if (total.runs === 0) return `Nothing was spent${period === '' ? '' : ` ${period}`}`
  const money = total.money === null ? [] : [wordMoney(total.money, currency)]
  const runs = `${formatCount(total.runs)} ${total.runs === 1 ? 'run' : 'runs'}`
  return [...money, wordMinutes(total), runs, period].filter((part) => part !== '').join(' · ')
}

function cellsOf(row: CostRow, currency: string): readonly string[] {
  return [
    plainText(row.name),
    formatCount(row.runs),
    formatCount(row.trained),
    row.billedMinutes === 0 ? '' : `${formatNumber(row.billedMinutes, 6)} min`,
    row.localMinutes === 0 ? '' : formatSeconds(row.localMinutes * 60),
    row.money === null ? '' : wordMoney(row.money, currency).replace(` ${currency}`, ''),
    row.unpricedMinutes === 0 ? '' : `${formatNumber(row.unpricedMinutes, 6)} min`,
  ]
}

function wordOwnBudget({ budget, model, sources }: CostReport): string | undefined {
  if (budget === null) return undefined
  const marks = { spent: '✗ spent', within: '✓ within', 'cannot see': '? cannot see all of it' }
  return `Budget of ${model} ${marks[budgetState(budget, sources)]}  ${wordBudget(budget)}`
}

/** What cannot be seen may have spent it. */
function budgetState({ kind }: BudgetVerdict, { ledger }: RunSources): 'within' | 'spent' | 'cannot see' {
  return kind === 'spent' || ledger.kind === 'read' ? kind : 'cannot see'
}
