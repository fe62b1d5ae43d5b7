import type { ContractRule, RowCountRule, RuleKind, Tolerance } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import { type OdcsQualityRule, operators } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** The rules that one entry of a column's `quality:` states; none where it only describes, or is refused. */
export function readColumnQuality(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): ContractRule[] {
  if (!isCheckable(rule, path, notes)) return []
  if (rule.metric === 'rowCount') {
    const remedy = 'Move it to the quality: of the table.'
    notes.complain([...path, 'metric'], 'Cannot count rows in a column: rowCount belongs to the table', remedy)
    return []
  }
  const tolerance = readTolerance(rule, path, notes)
  const line = notes.lineOf(path)
  return readKinds(rule, path, notes).map((kind) => ({ ...kind, line, ...(tolerance !== undefined && { tolerance }) }))
}

/** The row count that one entry of the table's `quality:` asks for. */
export function readRowCount(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): RowCountRule | undefined {
  if (!isCheckable(rule, path, notes)) return undefined
  if (rule.metric !== 'rowCount') {
    const remedy = 'Put it under the quality: of the column that it is about.'
    notes.refuseYet([...path, 'metric'], `${rule.metric} of a whole table`, remedy)
    return undefined
  }
  if (rule.unit !== 'rows') {
    notes.complain([...path, 'unit'], 'Cannot count rows in percent: expected rows', 'Take "unit" out.')
  }
  return { ...countRange(rule), line: notes.lineOf(path) }
}

function isCheckable(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): boolean {
  if (rule.type === 'text') return false
  if (rule.type !== 'library') {
    notes.refuseYet([...path, 'type'], `quality rules of type ${rule.type}`, 'Use the library metrics, or type: text.')
    return false
  }
  if (rule.rule !== undefined) {
    notes.complain([...path, 'rule'], 'Cannot use "rule": ODCS 3.1 calls it metric', 'Write metric: instead of rule:.')
    return false
  }
  for (const key of ['pattern', 'validValues'] as const) {
    if (rule[key] === undefined) continue
    const remedy = `Write arguments: { ${key}: … }.`
    notes.complain([...path, key], `Cannot use "${key}" here: it belongs under arguments`, remedy)
    return false
  }
  for (const key of ['query', 'engine', 'implementation'] as const) {
    if (rule[key] !== undefined) {
      notes.refuseYet([...path, key], `quality rules with "${key}"`, 'Use the library metrics, or type: text.')
      return false
    }
  }
  if (rule.metric === undefined) {
    const remedy = 'Name one of nullValues, invalidValues, duplicateValues, rowCount; or write type: text.'
    notes.complain(path, 'Cannot check this quality rule: it has no metric', remedy)
    return false
  }
  return hasOneOperator(rule, path, notes)
}

function hasOneOperator(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): boolean {
  const given = operators.filter((operator) => rule[operator] !== undefined)
  if (given.length !== 1) {
    const state = given.length === 0 ? 'it has no operator' : `it has ${given.length} operators (${given.join(', ')})`
    const remedy =
      given.length === 0
        ? 'Add one, such as mustBe: 0.'
        : 'Write a rule for each, or mustBeBetween: [lowest, highest], both included.'
    notes.complain([...path, given[1] ?? 'metric'], `Cannot check this quality rule: ${state}; expected one`, remedy)
    return false
  }
  const range = rule.mustBeBetween ?? rule.mustNotBeBetween
  if (range && range[0] > range[1]) {
    notes.complain(
      [...path, ...given],
      `Cannot use [${range.join(', ')}]: expected the smaller number first`,
      'Swap them.',
    )
    return false
  }
  return true
}

function readKinds(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): RuleKind[] {
  if (rule.metric === 'nullValues') return [{ kind: 'required' }]
  if (rule.metric === 'duplicateValues') return [{ kind: 'unique' }]
  if (rule.metric !== 'invalidValues') {
    notes.refuseYet([...path, 'metric'], `the metric ${rule.metric}`, 'Use nullValues, or invalidValues.')
    return []
  }
  const { validValues, pattern } = rule.arguments ?? {}
  const kinds: RuleKind[] = []
  if (validValues !== undefined) kinds.push({ kind: 'allowed', values: validValues.map(String) })
  if (pattern !== undefined) {
    checkPattern(pattern, [...path, 'arguments', 'pattern'], notes)
    kinds.push({ kind: 'pattern', pattern })
  }
  if (kinds.length === 0) {
    const remedy = 'Add arguments: { validValues: [a, b] } or arguments: { pattern: "…" }.'
    notes.complain(path, 'Cannot tell which values are invalid: expected arguments', remedy)
  }
  return kinds
}

/** How many failing rows the operator lets pass: those that set no upper limit make no sense for failures. */
function readTolerance(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): Tolerance | undefined {
  const { unit } = rule
  const limit =
    rule.mustBe ??
    rule.mustBeLessThan ??
    rule.mustBeLessOrEqualTo ??
    (rule.mustBeBetween?.[0] === 0 && rule.mustBeBetween[1])
  const isExact = rule.mustBe !== undefined && rule.mustBe !== 0
  if (limit === undefined || limit === false || isExact || limit < 0 || (unit === 'percent' && limit > 100)) {
    const expected = 'expected mustBe: 0, mustBeLessThan, mustBeLessOrEqualTo or mustBeBetween: [0, n]'
    const remedy = 'State how many rows may fail at most.'
    notes.complain(path, `Cannot use this operator on failing rows: ${expected}`, remedy)
    return undefined
  }
  if (limit === 0 && rule.mustBeLessThan === undefined) return undefined
  return { limit, unit, isExclusive: rule.mustBeLessThan !== undefined }
}

function countRange(rule: OdcsQualityRule): Omit<RowCountRule, 'line'> {
  const exact = rule.mustBe ?? rule.mustNotBe
  if (exact !== undefined) {
    return { minimum: exact, maximum: exact, ...(rule.mustNotBe !== undefined && { isOutside: true }) }
  }
  const range = rule.mustBeBetween ?? rule.mustNotBeBetween
  if (range) {
    return { minimum: range[0], maximum: range[1], ...(rule.mustNotBeBetween && { isOutside: true }) }
  }
  if (rule.mustBeGreaterThan !== undefined) return { minimum: Math.floor(rule.mustBeGreaterThan) + 1 }
  if (rule.mustBeGreaterOrEqualTo !== undefined) return { minimum: rule.mustBeGreaterOrEqualTo }
  if (rule.mustBeLessThan !== undefined) return { maximum: Math.ceil(rule.mustBeLessThan) - 1 }
  return rule.mustBeLessOrEqualTo === undefined ? {} : { maximum: rule.mustBeLessOrEqualTo }
}

/** Patterns run in linear time (RE2), which has neither look-around nor references back. */
export function checkPattern(pattern: string, path: YamlPath, notes: ContractNotes): void {
  if (/\(\?<?[=!]/.test(pattern) || /(^|[^\\])(\\\\)*\\[1-9]/.test(pattern)) {
    const remedy = 'Say it without look-around (?=…), (?!…), (?<=…) and references such as \\1.'
    notes.complain(path, `Cannot use the pattern "${pattern}": RE2 has no look-around and no references back`, remedy)
  }
}
