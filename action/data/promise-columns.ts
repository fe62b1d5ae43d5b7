import type { DecimalMark, RuleKind } from '../project/contract.ts'
import type { DescribedColumn } from '../project/write-contract.ts'
import type { InferredColumn, InferredModel } from './inferred-model.ts'

/** Left out so thoroughly that the contract need not know them: a file without them is as good. */
const unpromised: ReadonlySet<string> = new Set(['excluded', 'not-everywhere', 'empty', 'nested'])

/** What a first contract may promise of the columns: no more than nearly any further file will keep. */
export function promiseColumns(model: InferredModel): DescribedColumn[] {
  const dropped = new Set(model.leftOut.filter(({ reason }) => unpromised.has(reason.kind)).map(({ column }) => column))
  const features = new Set(model.features)
  return model.columns
    .filter((column) => !dropped.has(column))
    .map((column) => {
      const { name, type } = column
      const spelled = { name, type, ...spellingOf(column) }
      if (column === model.id?.column) return { ...spelled, rules: [required, { kind: 'unique' }] }
      if (column === model.target) return { ...spelled, rules: targetRules(model) }
      if (column === model.time?.column || column === model.group?.column) return { ...spelled, rules: [required] }
      return features.has(column) ? { ...promiseFeature(column), ...spelled } : { ...spelled, rules: [] }
    })
}

function spellingOf({ spelling }: InferredColumn): Pick<DescribedColumn, 'pattern' | 'decimal' | 'epoch' | 'comment'> {
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
