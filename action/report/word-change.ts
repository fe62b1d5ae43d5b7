import { formatExact } from '../base/format-number.ts'
import type { Tolerance } from '../project/contract.ts'
import type { ContractChange, RuleChange, ShownRule } from '../project/diff-contracts.ts'
import { formatCount } from './numbers.ts'
import { shortened, wordAge, wordExpectation, wordList } from './word-contract.ts'

/** What changed, without the column's name: `maximum 50 → 600`. */
export function wordChange(change: ContractChange): string {
  switch (change.kind) {
    case 'id':
    case 'version':
      return `${change.kind} ${shortened(change.from)} → ${shortened(change.to)}`
    case 'table':
      return `called ${shortened(change.from)}, now ${shortened(change.to)}`
    case 'column-added':
      return 'is new'
    case 'column-removed':
      return 'is gone'
    case 'column-renamed':
      return `${change.by === 'alias' ? 'is now called' : 'is gone; likely it is now called'} ${shortened(change.to)}`
    case 'alias-added':
    case 'alias-removed':
      return `${change.kind === 'alias-added' ? 'is read from' : 'is no longer read from'} ${shortened(change.alias)}${change.kind === 'alias-added' ? ' too' : ''}`
    case 'type':
      return `type ${change.from} → ${change.to}`
    case 'format':
      return `spelt ${change.from ?? 'as ISO 8601'} → ${change.to ?? 'as ISO 8601'}`
    case 'classification':
      return `classification ${shortened(change.from ?? 'none')} → ${shortened(change.to ?? 'none')}`
    case 'environments':
      return `is there in ${wordEnvironments(change.from)} → ${wordEnvironments(change.to)}`
    case 'rule':
      return wordRuleChange(change)
  }
}

/** Why it is breaking, compatible or neither, in one sentence. */
export function wordImpact(change: ContractChange): string {
  switch (change.kind) {
    case 'id':
    case 'version':
    case 'table':
      return 'No promise depends on it.'
    case 'column-added':
      return 'Who did not know it does not miss it.'
    case 'column-removed':
      return 'Who reads it finds nothing.'
    case 'column-renamed':
      return change.by === 'alias'
        ? 'Files under the old name still read; queries must use the new one.'
        : 'Without an alias, who reads the old name finds nothing; add one if it is the same column.'
    case 'alias-added':
      return 'More files read than before.'
    case 'alias-removed':
      return 'Files under that name no longer read.'
    case 'type':
      return change.impact === 'compatible'
        ? `Every ${change.to} reads as a ${change.from} too.`
        : 'Values no longer read as what they were.'
    case 'format':
      return change.impact === 'compatible'
        ? 'It reads as before, only more strictly.'
        : 'Texts are spelt in another way.'
    case 'classification':
      if (change.impact === 'neutral') return 'What may be shown stays the same.'
      return change.impact === 'breaking' ? 'Its values are no longer shown.' : 'Its values may be shown from now on.'
    case 'environments':
      return change.impact === 'breaking'
        ? 'It may be absent where it had to be there.'
        : 'It has to be there in more places.'
    case 'rule':
      return wordRuleImpact(change)
  }
}

function wordRuleImpact({ change, impact, from, to }: ContractChange & RuleChange): string {
  if (impact === 'neutral') {
    const isNote = (from ?? to)?.severity !== undefined && (from ?? to)?.severity !== 'error'
    if (change === 'dimension') return 'It says where the promise is filed, and no more.'
    return isNote ? 'It only warns, so that nobody can rely on it.' : 'It follows from another promise.'
  }
  if (impact === 'compatible') {
    return change === 'severity' ? 'What only warned now keeps data out.' : 'Readers can rely on more than before.'
  }
  switch (change) {
    case 'dropped':
      return 'Nobody promises it any more.'
    case 'severity':
      return 'What kept data out now only warns.'
    case 'altered':
      return 'Data may keep the new promise and break the old one.'
    case 'environments':
      return 'It holds in fewer places.'
    case 'added':
    case 'tightened':
    case 'loosened':
    case 'dimension':
      return 'Data that was kept out may now come in.'
  }
}

function wordRuleChange({ change, from, to }: RuleChange): string {
  if (!from || !to) return `${change}: ${wordPromise(to ?? from)}`
  if (change === 'severity') return `${wordPromise(to)}: ${from.severity ?? 'error'} → ${to.severity ?? 'error'}`
  if (change === 'dimension')
    return `${wordPromise(to)}: ${from.dimension ?? 'no dimension'} → ${to.dimension ?? 'none'}`
  if (change === 'environments') {
    const words = [from, to].map(({ environments }) =>
      environments ? wordEnvironments(environments) : 'where it usually holds',
    )
    return `${wordPromise(to)}: ${words.join(' → ')}`
  }
  return `${change}: ${wordPromise(from)} → ${wordPromise(to)}`
}

/** A promise in a few words: `at most 50`, `one of N, S, E, W (limit 5 %)`. */
function wordPromise(rule: ShownRule | null): string {
  if (rule === null) return ''
  const tolerance = 'tolerance' in rule && rule.tolerance ? ` (${wordTolerance(rule.tolerance)})` : ''
  return `${wordKind(rule)}${tolerance}`
}

function wordKind(rule: ShownRule): string {
  switch (rule.kind) {
    case 'required':
      return 'never empty'
    case 'unique':
      return 'unique'
    case 'minimum':
      return `${rule.isExclusive ? 'above' : 'at least'} ${wordLimit(rule.limit)}`
    case 'maximum':
      return `${rule.isExclusive ? 'below' : 'at most'} ${wordLimit(rule.limit)}`
    case 'min-length':
      return `at least ${rule.length} characters`
    case 'max-length':
      return `at most ${rule.length} characters`
    case 'allowed':
      return `one of ${wordList(rule.values, 8)}`
    case 'counted':
      return `one of ${formatCount(rule.count)} ${rule.count === 1 ? 'value' : 'values'} (not shown)`
    case 'pattern':
      return `like ${shortened(rule.pattern)}`
    case 'valid':
      return `one of ${wordList(rule.values, 8)}, like ${shortened(rule.pattern)}`
    case 'filled':
      return `never ${wordList(
        rule.missing.map((value) => JSON.stringify(value)),
        8,
      )}`
    case 'finite':
      return 'finite'
    case 'multiple-of':
      return `a multiple of ${formatExact(rule.step)}`
    case 'format':
      return `of the format ${rule.format}`
    case 'row-count':
      return `${wordExpectation(rule.expected)} rows`
    case 'unique-together':
      return `unique together: ${wordList(rule.columns, 8)}`
    case 'references':
      return `in ${wordList(
        rule.others.map((name) => `${rule.table}.${name}`),
        8,
      )}`
    case 'freshness':
      return `newest at most ${wordAge(rule.limit)} old`
    case 'retention':
      return `none older than ${wordAge(rule.limit)}`
    case 'sql':
      return `${shortened(rule.query.trim().replace(/\s+/g, ' '))} gives ${wordExpectation(rule.expected)}`
  }
}

function wordTolerance({ unit, ...expected }: Tolerance): string {
  return `${wordExpectation(expected)}${unit === 'percent' ? ' %' : ''} rows may fail`.replace(
    '% rows',
    '% of the rows',
  )
}

function wordEnvironments(names: readonly string[] | null): string {
  return names === null ? 'every environment' : wordList(names, 8)
}

function wordLimit(limit: number | string): string {
  return typeof limit === 'number' ? formatExact(limit) : shortened(limit)
}
