import type { DecimalMark, RuleKind } from '../project/contract.ts'
import type { DescribedColumn, TableReference } from '../project/write-contract.ts'
import type { InferredColumn, InferredModel, JoinedSource } from './inferred-model.ts'
import { isReadAsIs } from './truth-words.ts'

/** Left out so thoroughly that the contract need not know them: a file without them is as good. */
const unpromised: ReadonlySet<string> = new Set(['excluded', 'not-everywhere', 'empty', 'nested'])

/** What a first contract may promise of the columns: no more than nearly any further file will keep. */
export function promiseColumns(model: InferredModel): DescribedColumn[] {
  const dropped = new Set(model.leftOut.filter(({ reason }) => unpromised.has(reason.kind)).map(({ column }) => column))
  const features = new Set(model.features)
  const keys = new Set((model.joined ?? []).flatMap(({ key }) => key.columns))
  return model.columns
    .filter(({ source }) => source === undefined)
    .filter((column) => !dropped.has(column) || keys.has(column.name))
    .map((column) => {
      const { name, type } = column
      const spelled = { name, type, ...readingOf(column), ...referencesOf(column, model) }
      if (column === model.id?.column) return { ...spelled, rules: [required, unique] }
      if (column === model.target) return { ...spelled, rules: targetRules(model) }
      if (column === model.time?.column || column === model.group?.column) return { ...spelled, rules: [required] }
      return features.has(column) ? { ...promiseFeature(column), ...spelled } : { ...spelled, rules: [] }
    })
}

/** The same of a joined table's own contract: its key names one row. */
export function promiseJoined({ name: source, key, columns }: JoinedSource, model: InferredModel): DescribedColumn[] {
  const asRowsSee = new Map(model.columns.filter((each) => each.source === source).map((each) => [each.name, each]))
  const features = new Set(model.features)
  const dropped = new Set(model.leftOut.filter(({ reason }) => unpromised.has(reason.kind)).map(({ column }) => column))
  return columns.flatMap((column): DescribedColumn[] => {
    const { name, type, physicalName, nulls } = column
    const seen = asRowsSee.get(name)
    const spelled = { name, type, ...(physicalName !== undefined && { physicalName }), ...readingOf(column) }
    if (key.columns.includes(name)) {
      const isAlone = key.columns.length === 1
      return [{ ...spelled, rules: [...(nulls === 0 ? [required] : []), ...(isAlone ? [unique] : [])] }]
    }
    if (!seen || dropped.has(seen)) return []
    return [features.has(seen) ? { ...promiseFeature(column), ...spelled } : { ...spelled, rules: [] }]
  })
}

/** Keys of several columns that lead to a row of a joined table, as a contract names both sides. */
export function keysOfSeveral({ joined = [] }: InferredModel): TableReference[] {
  return joined.flatMap((source) => {
    const { columns } = source.key
    if (columns.length === 1 || !isReferable(source)) return []
    return [{ columns, to: columns.map((column) => `${source.name}.${column}`) }]
  })
}

function referencesOf({ name }: InferredColumn, { joined = [] }: InferredModel): Pick<DescribedColumn, 'references'> {
  const references = joined.flatMap((source) => {
    const isKey = source.key.columns.length === 1 && source.key.columns[0] === name
    return isKey && isReferable(source) ? [`${source.name}.${name}`] : []
  })
  return references.length > 0 ? { references } : {}
}

/** Where every row finds its partner, and the standard can write the names of the key. */
function isReferable({ isWhole, key }: JoinedSource): boolean {
  return isWhole && key.columns.every((name) => /^[^./#]+$/.test(name))
}

type Reading = Pick<DescribedColumn, 'pattern' | 'decimal' | 'epoch' | 'truth' | 'missing' | 'comment'>

function readingOf(column: InferredColumn): Reading {
  const spelled = spellingOf(column)
  if (column.missing === undefined) return spelled
  const missing = column.missing.map(([word]) => word)
  const comment = `check this: ${missing.map((word) => JSON.stringify(word)).join(', ')} is taken for no value`
  return { ...spelled, missing, comment: spelled.comment === undefined ? comment : `${spelled.comment}; ${comment}` }
}

function spellingOf({ spelling }: InferredColumn): Reading {
  switch (spelling?.kind) {
    case 'time': {
      const [rival] = spelling.rivals
      const comment = `check this: ${rival} fits every value as well`
      return { pattern: spelling.pattern, ...(rival !== undefined && { comment }) }
    }
    case 'decimal':
      return { decimal: spelling.mark, ...(!spelling.isSure && { comment: commentOnMark(spelling.mark) }) }
    case 'epoch':
      return { epoch: spelling.unit }
    case 'truth':
      return isReadAsIs(spelling) ? {} : { truth: { yes: spelling.yes, no: spelling.no } }
    case 'code':
      return { comment: 'digits that name something, no quantity' }
    case undefined:
      return {}
  }
}

function commentOnMark(mark: DecimalMark): string {
  const other = mark === ',' ? '.' : ','
  return `check this: its "${other}" is taken to group thousands; plumbline.decimal: "${other}" makes it decimals`
}

const required = { kind: 'required' } as const
const unique = { kind: 'unique' } as const
const maxAllowed = 20

function targetRules({ target, task, labels }: InferredModel): RuleKind[] {
  const rules: RuleKind[] = target.nulls === 0 && !labels ? [required] : []
  if (task === 'regression' || target.type === 'boolean' || target.values.length > maxAllowed) return rules
  return [...rules, { kind: 'allowed', values: sortedValues(target) }]
}

/** The same of one column that a model may use. */
export function promiseFeature(column: InferredColumn): DescribedColumn {
  const { name, type, nulls, values, minimum, maximum } = column
  const rules: RuleKind[] = nulls === 0 ? [required] : []
  const isFlag = type === 'integer' && values.length === 2 && values.every(([value]) => value === '0' || value === '1')
  if (isFlag || (type === 'string' && isClosed(column))) {
    return { name, type, rules: [...rules, { kind: 'allowed', values: sortedValues(column) }] }
  }
  if (
    (type !== 'integer' && type !== 'number') ||
    minimum === null ||
    maximum === null ||
    minimum < 0 ||
    maximum === 0
  ) {
    return { name, type, rules }
  }
  const ceiling = { kind: 'maximum', limit: generousCeiling(maximum), isExclusive: false } as const
  const comment = `largest so far ${maximum}; the limit catches a change of unit`
  return { name, type, rules: [...rules, { kind: 'minimum', limit: 0, isExclusive: false }, ceiling], comment }
}

/** Few texts, each seen often: a new one would be news. */
function isClosed({ values, distinct }: InferredColumn): boolean {
  const rarest = values.at(-1)?.[1] ?? 0
  return distinct > 0 && distinct <= maxAllowed && rarest >= 20
}

/** Ten times the largest, rounded up to one digit. */
function generousCeiling(maximum: number): number {
  const exponent = Math.floor(Math.log10(maximum * 10))
  const digit = Math.ceil(Number(((maximum * 10) / 10 ** exponent).toPrecision(12)))
  return Number(`${digit}e${exponent}`)
}

function sortedValues({ values }: InferredColumn): string[] {
  const texts = values.map(([value]) => value)
  const areNumbers = texts.every((text) => Number.isFinite(Number(text)))
  return texts.sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined)
}
