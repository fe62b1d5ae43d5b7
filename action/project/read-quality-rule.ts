import {
  type ContractRule,
  operators,
  type RuleKind,
  type RuleNote,
  type TableRule,
  type Tolerance,
} from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsQualityRule } from './odcs.ts'
import { readEnvironments } from './read-environments.ts'
import { readExpectation } from './read-expectation.ts'
import type { YamlPath } from './read-yaml.ts'

/** What one entry of a column's `quality:` says of the column; none where it only describes, is SQL, or is refused. */
export function readColumnQuality(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): ContractRule[] {
  if (rule.type === 'sql' || !isCheckable(rule, path, notes)) return []
  if (rule.metric === 'rowCount') {
    const remedy = 'Move it to the quality: of the table.'
    notes.complain([...path, 'metric'], 'Cannot count rows in a column: rowCount belongs to the table', remedy)
    return []
  }
  const kind = readKind(rule, path, notes)
  const tolerance = readTolerance(rule, path, notes)
  return kind === undefined ? [] : [{ ...kind, ...noteOf(rule, path, notes), ...(tolerance && { tolerance }) }]
}

/** What one entry of the table's `quality:` asks for. `columns` are the names that it may use. */
export function readTableQuality(
  rule: OdcsQualityRule,
  path: YamlPath,
  columns: readonly string[],
  notes: ContractNotes,
): TableRule[] {
  if (rule.type === 'sql') return readSqlRule(rule, undefined, path, notes)
  if (!isCheckable(rule, path, notes)) return []
  const note = noteOf(rule, path, notes)
  if (rule.metric === 'rowCount') {
    refuseArguments(rule, [], path, notes)
    if (rule.unit !== 'rows') {
      notes.complain([...path, 'unit'], 'Cannot count rows in percent: expected rows', 'Take "unit" out.')
    }
    const expected = readExpectation(rule, path, notes)
    return expected === undefined ? [] : [{ kind: 'row-count', expected, ...note }]
  }
  if (rule.metric === 'duplicateValues') {
    refuseArguments(rule, ['properties'], path, notes)
    const names = readProperties(rule, path, columns, notes)
    const tolerance = readTolerance(rule, path, notes)
    return names === undefined
      ? []
      : [{ kind: 'unique-together', columns: names, ...note, ...(tolerance && { tolerance }) }]
  }
  const message = `Cannot check ${rule.metric} of a whole table: it is about the values of one column`
  notes.complain([...path, 'metric'], message, 'Put it under the quality: of the column that it is about.')
  return []
}

function isCheckable(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): boolean {
  if (rule.type === 'text') {
    refuseKeys(rule, textKeys, 'a rule of type text: nothing is checked of it', path, notes)
    return false
  }
  if (rule.type === 'custom') {
    const engine = typeof rule.engine === 'string' ? ` for the engine "${rule.engine}"` : ''
    const remedy = 'Use the library metrics, type: sql, or type: text.'
    notes.refuseYet([...path, 'type'], `quality rules of type custom${engine}`, remedy)
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
  if (rule.query !== undefined) {
    notes.complain([...path, 'query'], 'Cannot use "query" in a library rule: expected type: sql', 'Add type: sql.')
    return false
  }
  for (const key of ['engine', 'implementation'] as const) {
    if (rule[key] !== undefined) {
      notes.refuseYet([...path, key], `quality rules with "${key}"`, 'Use the library metrics, or type: text.')
      return false
    }
  }
  if (rule.metric !== undefined) return true
  const remedy = 'Name one of nullValues, missingValues, invalidValues, duplicateValues, rowCount; or write type: text.'
  notes.complain(path, 'Cannot check this quality rule: it has no metric', remedy)
  return false
}

/** The one number of a SELECT; of a column's entry where `column` is given, else of the table's. */
export function readSqlRule(
  rule: OdcsQualityRule,
  column: string | undefined,
  path: YamlPath,
  notes: ContractNotes,
): TableRule[] {
  const expected = readExpectation(rule, path, notes)
  refuseKeys(rule, libraryKeys, 'a rule of type sql: it reads query alone', path, notes)
  const { query } = rule
  if (query === undefined) {
    const remedy = 'Add query: SELECT count(*) FROM {object} WHERE ….'
    notes.complain(path, 'Cannot check this quality rule: it has no query', remedy)
    return []
  }
  if (column === undefined && /\{(property|column)\}/.test(query)) {
    const remedy = 'Name the column, or move the rule to the quality: of the column.'
    notes.complain([...path, 'query'], 'Cannot fill in {property}: a rule of the table is about no column', remedy)
    return []
  }
  if (expected === undefined) return []
  const line = notes.lineOf([...path, 'query'])
  return [{ kind: 'sql', query, expected, ...(column !== undefined && { column }), ...noteOf(rule, path, notes), line }]
}

const libraryKeys = ['metric', 'rule', 'arguments', 'pattern', 'validValues', 'engine', 'implementation'] as const
const textKeys = [...libraryKeys, 'query', ...operators] as const

/** A key with a meaning that this type of rule does not have. */
function refuseKeys(
  rule: OdcsQualityRule,
  keys: readonly (typeof textKeys)[number][],
  where: string,
  path: YamlPath,
  notes: ContractNotes,
): void {
  for (const key of keys) {
    if (rule[key] !== undefined) notes.complain([...path, key], `Cannot use "${key}" in ${where}`, 'Take it out.')
  }
}

function noteOf(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): RuleNote {
  const { severity, dimension, customProperties } = rule
  const note = { line: notes.lineOf(path), ...(severity && { severity }), ...(dimension && { dimension }) }
  return { ...note, ...readEnvironments(customProperties, path, notes) }
}

function readKind(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): RuleKind | undefined {
  const { validValues, pattern, missingValues } = rule.arguments ?? {}
  if (rule.metric === 'missingValues') {
    refuseArguments(rule, ['missingValues'], path, notes)
    if (missingValues)
      return { kind: 'filled', missing: missingValues.map((value) => (value === null ? null : String(value))) }
    const remedy = 'Add arguments: { missingValues: [null, "", N/A] }, or use the metric nullValues.'
    notes.complain(path, 'Cannot tell which values stand for missing: expected arguments', remedy)
    return undefined
  }
  if (rule.metric !== 'invalidValues') {
    refuseArguments(rule, [], path, notes)
    return { kind: rule.metric === 'nullValues' ? 'required' : 'unique' }
  }

  refuseArguments(rule, ['validValues', 'pattern'], path, notes)
  if (pattern !== undefined) checkPattern(pattern, [...path, 'arguments', 'pattern'], notes)
  const values = validValues?.map(String)
  if (values && pattern !== undefined) return { kind: 'valid', values, pattern }
  if (values) return { kind: 'allowed', values }
  if (pattern !== undefined) return { kind: 'pattern', pattern }
  const remedy = 'Add arguments: { validValues: [a, b] } or arguments: { pattern: "…" }.'
  notes.complain(path, 'Cannot tell which values are invalid: expected arguments', remedy)
  return undefined
}

/** An argument that a metric does not read would be a promise that nobody keeps. */
function refuseArguments(
  { metric, arguments: given }: OdcsQualityRule,
  read: readonly string[],
  path: YamlPath,
  notes: ContractNotes,
): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || read.includes(name)) continue
    const remedy = read.length > 0 ? `It reads ${read.join(' and ')}.` : 'Take it out.'
    const place = name === 'properties' ? '; several columns are the quality: of the table' : ''
    notes.complain([...path, 'arguments', name], `Cannot use "${name}": ${metric} does not read it${place}`, remedy)
  }
}

function readProperties(
  rule: OdcsQualityRule,
  path: YamlPath,
  columns: readonly string[],
  notes: ContractNotes,
): readonly string[] | undefined {
  const names = rule.arguments?.properties
  if (names === undefined) {
    const remedy = 'Add arguments: { properties: [a, b] }, or put it under the quality: of one column.'
    notes.complain(path, 'Cannot tell which columns are unique together: expected arguments', remedy)
    return undefined
  }
  const unknown = names.find((name) => !columns.includes(name))
  if (unknown === undefined) return [...new Set(names)]
  const message = `Cannot use "${unknown}" as a property: the table has no column of that name`
  notes.complain([...path, 'arguments', 'properties'], message, `It has ${columns.join(', ')}.`)
  return undefined
}

/** What is expected of the failing rows; undefined for none, which is what a rule without a tolerance means. */
function readTolerance(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): Tolerance | undefined {
  const expected = readExpectation(rule, path, notes)
  if (expected === undefined) return undefined
  const { unit } = rule
  const largest = unit === 'percent' ? 100 : Infinity
  const odd = expected.limits.find((limit) => limit < 0 || limit > largest)
  if (odd !== undefined) {
    const range = unit === 'percent' ? '0 to 100 percent' : '0 or more rows'
    const message = `Cannot expect ${odd} ${unit} to fail: expected ${range}`
    notes.complain([...path, expected.operator], message, 'State how many rows may fail.')
  }
  const isNone = expected.operator === 'mustBe' || expected.operator === 'mustBeLessOrEqualTo'
  return isNone && expected.limits[0] === 0 ? undefined : { ...expected, unit }
}

/** Patterns run in linear time (RE2), which has neither look-around nor references back. */
export function checkPattern(pattern: string, path: YamlPath, notes: ContractNotes): void {
  if (/\(\?<?[=!]/.test(pattern) || /(^|[^\\])(\\\\)*\\[1-9]/.test(pattern)) {
    const remedy = 'Say it without look-around (?=…), (?!…), (?<=…) and references such as \\1.'
    notes.complain(path, `Cannot use the pattern "${pattern}": RE2 has no look-around and no references back`, remedy)
  }
}
