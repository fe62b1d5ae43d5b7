import { yamlText } from './add-alias.ts'
import type { DecimalMark, EpochUnit, LogicalType, RuleKind, TruthWords } from './contract.ts'

export interface DescribedColumn {
  readonly name: string
  readonly type: LogicalType
  readonly rules: readonly RuleKind[]
  /** How a date is written, as `yyyy-MM-dd` says it. */
  readonly pattern?: string
  readonly decimal?: DecimalMark
  readonly epoch?: EpochUnit
  readonly truth?: TruthWords
  readonly missing?: readonly string[]
  /** What files call it, where that is another name. */
  readonly physicalName?: string
  /** `table.column`, in which every value stands. */
  readonly references?: readonly string[]
  /** Why a rule is as it is, in a comment behind the column's name. */
  readonly comment?: string
}

/** Columns that together stand in those of another table, `table.column` each. */
export interface TableReference {
  readonly columns: readonly string[]
  readonly to: readonly string[]
}

export interface ContractWishes {
  /** Of the table, where it is not that of the contract. */
  readonly table?: string
  readonly references?: readonly TableReference[]
}

/** A contract in the Open Data Contract Standard 3.1, for people to read and change; `readContract()` reads it back. */
export function formatContract(
  name: string,
  columns: readonly DescribedColumn[],
  { table = name, references = [] }: ContractWishes = {},
): string {
  return `# What the data promises: Open Data Contract Standard 3.1, https://bitol-io.github.io/open-data-contract-standard
# Inferred from the first files, and generous: tighten it where you know more. plumbline validate checks it.
apiVersion: v3.1.0
kind: DataContract
id: ${yamlText(name)}
version: 1.0.0
status: active
schema:
  - name: ${yamlText(table)}
    quality:
      - { metric: rowCount, mustBeGreaterThan: 0 }
${references.length === 0 ? '' : `    relationships:\n${references.map((one) => formatReference(table, one)).join('')}`}\
    properties:
${columns.map(formatColumn).join('')}`
}

function formatReference(table: string, { columns, to }: TableReference): string {
  const list = (names: readonly string[]) => `[${names.map(yamlText).join(', ')}]`
  return `      - { from: ${list(columns.map((column) => `${table}.${column}`))}, to: ${list(to)} }\n`
}

function formatColumn(column: DescribedColumn): string {
  return columnLines(column)
    .map((line) => `      ${line}\n`)
    .join('')
}

/** How the values of a column are spelt. */
type Spelt = Pick<DescribedColumn, 'pattern' | 'decimal' | 'epoch' | 'truth' | 'missing'>

/** A column as an item of a list of properties, over several lines; the first one begins with the dash. */
export function columnLines(column: DescribedColumn): string[] {
  const { name, type, rules, comment } = column
  const lines = [
    `name: ${yamlText(name)}${commentOf(comment)}`,
    ...namePairs(column),
    `logicalType: ${type}`,
    ...promiseLines(rules, column),
    ...referencePairs(column),
  ]
  return lines.map((line, i) => `${i === 0 ? '-' : ' '} ${line}`)
}

/** The same on one line, without the dash. */
export function columnOnOneLine(column: DescribedColumn): string {
  const { name, type, rules } = column
  const pairs = [
    ...namePairs(column),
    `logicalType: ${type}`,
    ...promisePairs(rules, column),
    ...referencePairs(column),
  ]
  return `{ ${[`name: ${yamlText(name)}`, ...pairs].join(', ')} }`
}

function namePairs({ physicalName }: DescribedColumn): string[] {
  return physicalName === undefined ? [] : [`physicalName: ${yamlText(physicalName)}`]
}

function referencePairs({ references = [] }: DescribedColumn): string[] {
  return references.length === 0
    ? []
    : [`relationships: [${references.map((to) => `{ to: ${yamlText(to)} }`).join(', ')}]`]
}

/** What a column promises as the lines of its mapping. */
export function promiseLines(rules: readonly RuleKind[], spelt: Spelt = {}): string[] {
  const quality = rules.flatMap(qualityRule)
  return [
    ...promisePairs(
      rules.filter(({ kind }) => kind !== 'allowed'),
      spelt,
    ),
    ...(quality.length > 0 ? ['quality:', ...quality.map((rule) => `  - ${rule}`)] : []),
  ]
}

/** The same as pairs that fit on one line each. */
export function promisePairs(rules: readonly RuleKind[], spelt: Spelt = {}): string[] {
  const format = spelt.pattern === undefined ? [] : [`format: ${yamlText(spelt.pattern)}`]
  const options = [...format, ...rules.flatMap(typeOption)]
  const custom = customProperties(spelt)
  const quality = rules.flatMap(qualityRule)
  return [
    ...(rules.some(({ kind }) => kind === 'required') ? ['required: true'] : []),
    ...(rules.some(({ kind }) => kind === 'unique') ? ['unique: true'] : []),
    ...(options.length > 0 ? [`logicalTypeOptions: { ${options.join(', ')} }`] : []),
    ...(custom.length > 0 ? [`customProperties: [${custom.join(', ')}]`] : []),
    ...(quality.length > 0 ? [`quality: [${quality.join(', ')}]`] : []),
  ]
}

function commentOf(comment: string | undefined): string {
  return comment === undefined ? '' : ` # ${comment.replace(/\s+/g, ' ')}`
}

/** What the standard has no word for; other tools pass over it. */
function customProperties({ decimal, epoch, truth, missing = [] }: Spelt): string[] {
  return [
    ...(decimal === undefined ? [] : [`{ property: plumbline.decimal, value: ${JSON.stringify(decimal)} }`]),
    ...(epoch === undefined ? [] : [`{ property: plumbline.epoch, value: ${epoch} }`]),
    ...(truth === undefined ? [] : [`{ property: plumbline.boolean, value: ${yamlText(`${truth.yes}/${truth.no}`)} }`]),
    ...(missing.length === 0
      ? []
      : [`{ property: plumbline.missing, value: [${missing.map((word) => JSON.stringify(word)).join(', ')}] }`]),
  ]
}

function typeOption(rule: RuleKind): string[] {
  switch (rule.kind) {
    case 'minimum':
    case 'maximum': {
      const key = rule.isExclusive ? `exclusive${rule.kind === 'minimum' ? 'Minimum' : 'Maximum'}` : rule.kind
      return [`${key}: ${typeof rule.limit === 'number' ? rule.limit : JSON.stringify(rule.limit)}`]
    }
    case 'min-length':
      return [`minLength: ${rule.length}`]
    case 'max-length':
      return [`maxLength: ${rule.length}`]
    case 'pattern':
      return [`pattern: ${JSON.stringify(rule.pattern)}`]
    case 'multiple-of':
      return [`multipleOf: ${rule.step}`]
    case 'format':
      return [`format: ${rule.format}`]
    case 'required':
    case 'unique':
    case 'allowed':
    case 'valid':
    case 'filled':
    case 'finite':
      return []
  }
}

function qualityRule(rule: RuleKind): string[] {
  if (rule.kind !== 'allowed') return []
  const values = rule.values.map(yamlScalar).join(', ')
  return [`{ metric: invalidValues, arguments: { validValues: [${values}] }, mustBe: 0 }`]
}

/** Numbers stand as they are: the reader makes text of either. */
export function yamlScalar(value: string): string {
  return /^-?(0|[1-9]\d{0,14})$/.test(value) ? value : yamlText(value)
}
