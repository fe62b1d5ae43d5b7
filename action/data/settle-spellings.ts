import { Fault } from '../base/fault.ts'
import { decimalMarks } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { type Forms, respell } from './find-spelling.ts'
import type { InferredColumn } from './inferred-model.ts'
import { findColumn } from './refuse-model.ts'

/** A column with what it was judged by. */
export interface Examined {
  readonly column: InferredColumn
  readonly forms: Forms
  /** A subquery of its values, as text, as `x`. */
  readonly texts: string
}

/**
 * Columns that may be read in two ways, read as their neighbours are: whoever writes 31/12/2024 in one column writes
 * 01/02/2024 for the first of February in the next. What no neighbour settles stays unsure.
 */
export async function settleSpellings(engine: Engine, columns: readonly Examined[]): Promise<readonly Examined[]> {
  const order = onlyOne(columns.map(({ column }) => sureOrder(column)))
  const mark = onlyOne(
    columns.map(({ column: { spelling } }) =>
      spelling?.kind === 'decimal' && spelling.isSure ? spelling.mark : undefined,
    ),
  )
  const settled: Examined[] = []
  for (const examined of columns) {
    const { column, forms, texts } = examined
    const { spelling } = column
    if (spelling?.kind === 'time' && order !== undefined) {
      const [pattern] = [spelling.pattern, ...spelling.rivals].filter((each) => orderIn(each) === order)
      settled.push(pattern === undefined ? examined : { ...examined, column: spelled(column, pattern) })
    } else if (spelling?.kind === 'decimal' && !spelling.isSure && mark !== undefined) {
      settled.push({ ...examined, column: await respell(engine, texts, column, { mark, isSure: true }) })
    } else if (mark === ',' && mayBeThousands(examined)) {
      settled.push({ column: await respell(engine, texts, column, { mark, isSure: false }), texts, forms })
    } else settled.push(examined)
  }
  return settled
}

/** What the user said of spellings: a pattern for dates, the mark before decimals. Throws `init/cannot-learn`. */
export async function applyFormats(
  engine: Engine,
  columns: readonly Examined[],
  formats: ReadonlyMap<string, string>,
): Promise<readonly Examined[]> {
  for (const name of formats.keys())
    findColumn(
      columns.map(({ column }) => column),
      name,
      'read',
    )
  const applied: Examined[] = []
  for (const examined of columns) {
    const format = formats.get(examined.column.name)
    applied.push(format === undefined ? examined : { ...examined, column: await readAs(engine, examined, format) })
  }
  return applied
}

async function readAs(engine: Engine, { column, forms, texts }: Examined, format: string): Promise<InferredColumn> {
  const { spelling } = column
  const mark = decimalMarks.find((each) => each === format)
  const fitting = [forms.byComma === forms.filled ? ',' : '', forms.byPoint === forms.filled ? '.' : ''].filter(Boolean)
  if (mark !== undefined && forms.isText && fitting.includes(mark)) {
    return await respell(engine, texts, column, { mark, isSure: true })
  }
  const patterns = spelling?.kind === 'time' ? [spelling.pattern, ...spelling.rivals] : []
  if (patterns.includes(format)) return spelled(column, format)
  const expected = [...patterns, ...(forms.isText ? fitting : [])]
  throw new Fault(
    'init/cannot-learn',
    `Cannot read "${column.name}" as "${format}": not every value fits; expected ${expected.join(' or ') || 'no format for it'}`,
    { remedy: expected.length > 0 ? `Write --format ${column.name}=${expected[0]}` : 'Leave --format out.' },
  )
}

function spelled(column: InferredColumn, pattern: string): InferredColumn {
  return { ...column, spelling: { kind: 'time', pattern, rivals: [] } }
}

/** 1.234 in a file whose other columns have decimal commas: SQL reads it, as something else. */
function mayBeThousands({ column, forms }: Examined): boolean {
  const { filled, byComma, numbers, integers, isText } = forms
  return isText && column.type === 'number' && numbers === filled && byComma === filled && integers < filled
}

function sureOrder({ spelling }: InferredColumn): string | undefined {
  return spelling?.kind === 'time' && spelling.rivals.length === 0 ? orderIn(spelling.pattern) : undefined
}

/** Which of day and month comes first, of patterns in which either may. */
function orderIn(pattern: string): 'day' | 'month' | undefined {
  if (/^dd?[/-]MM?[/-]/.test(pattern)) return 'day'
  return /^MM?[/-]dd?[/-]/.test(pattern) ? 'month' : undefined
}

function onlyOne<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  const known = new Set(values.filter((value) => value !== undefined))
  return known.size === 1 ? [...known][0] : undefined
}
