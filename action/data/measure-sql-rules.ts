import type { Diagnostic, Read } from '../base/diagnostic.ts'
import type { Contract, ContractColumn, TableRule } from '../project/contract.ts'
import { findRuleFaults, referredColumns, withPlaceholders } from './check-rule-select.ts'
import { describeFiles } from './describe-files.ts'
import { type Engine, openEngine } from './engine.ts'
import { quoteName } from './quote.ts'
import { feedingColumn, typedRelation } from './read-source.ts'
import type { RuleNumber, RuleRequest } from './sql-request.ts'

type SqlRule = TableRule & { readonly kind: 'sql' }

/** The number of each SQL rule, over a view of the table as the contract types it. The engine reaches the files and nothing else. */
export async function measureSqlRules(request: RuleRequest): Promise<Read<readonly RuleNumber[]>> {
  const { contract, files, nativeFile, memoryLimit, threads, tempFolder } = request
  await using engine = await openEngine({
    nativeFile,
    memoryLimit,
    ...(threads !== undefined && { threads }),
    tempFolder,
    allowedPaths: files.map(({ absolutePath }) => absolutePath),
    isLocked: true,
  })
  const described = await describeFiles(engine, files)
  if (!described.ok) return described
  for (const name of viewNames(contract)) {
    await engine.run(`CREATE TEMP VIEW ${quoteName(name)} AS SELECT * FROM ${typedRelation(described.value, contract)}`)
  }
  const missing = contract.columns.filter((column) => described.value.every((file) => !feedingColumn(file, column)))
  const numbers: RuleNumber[] = []
  for (const rule of contract.tableRules) {
    if (rule.kind === 'sql') numbers.push(await measureRule(engine, rule, contract, missing))
  }
  return { ok: true, value: numbers }
}

/** The table is called `data`, as in features.sql, and by its name in the contract. */
function viewNames({ table }: Contract): string[] {
  return table.toLowerCase() === 'data' ? ['data'] : ['data', table]
}

async function measureRule(
  engine: Engine,
  rule: SqlRule,
  contract: Contract,
  missing: readonly ContractColumn[],
): Promise<RuleNumber> {
  const query = withPlaceholders(rule.query, contract.table, rule.column)
  const diagnosed = (state: string, remedy: string): RuleNumber => {
    const message = `Cannot check the SQL rule${rule.column === undefined ? '' : ` of "${rule.column}"`}: ${state}`
    const diagnostic: Diagnostic = {
      code: 'contract/sql-rule',
      file: contract.file,
      line: rule.line,
      column: 1,
      message,
      remedy,
    }
    return { kind: 'diagnosed', diagnostic }
  }
  const fault = await findRuleFaults(
    engine,
    query,
    viewNames(contract),
    contract.columns.map(({ name }) => name),
  )
  if (fault) return diagnosed(fault.state, fault.remedy)
  if (await touches(engine, query, contract, missing)) return { kind: 'skipped' }
  const oneNumber = 'Return one row with one number, such as SELECT count(*) … .'
  try {
    const columns = await engine.query<{ column_type: string }>(`DESCRIBE ${query}`)
    if (columns.length !== 1) return diagnosed(`it gives ${columns.length} columns; expected one number`, oneNumber)
    const type = columns[0]?.column_type ?? ''
    if (!/INT|^(DOUBLE|FLOAT|DECIMAL|BOOLEAN)/.test(type))
      return diagnosed(`it gives a ${type}; expected one number`, oneNumber)
    const rows = await engine.query<{ value: number | null }>(
      `SELECT CAST(value AS DOUBLE) AS value FROM (${query}\n) AS result(value) LIMIT 2`,
    )
    if (rows.length !== 1) {
      return diagnosed(`it gives ${rows.length === 0 ? 'no row' : 'several rows'}; expected one number`, oneNumber)
    }
    const value = rows[0]?.value ?? Number.NaN
    if (!Number.isFinite(value)) {
      return diagnosed(
        'it gives no number here (NULL, NaN or infinite); expected one',
        'Write coalesce(…, 0) around it.',
      )
    }
    return { kind: 'number', value, isShown: !(await touchesClassified(engine, query, contract)) }
  } catch (error) {
    return diagnosed(reasonOf(error, contract), 'Mend the query.')
  }
}

/** A number made of values that are not to be shown could be one of them. */
async function touchesClassified(engine: Engine, query: string, contract: Contract): Promise<boolean> {
  const isHidden = ({ classification = 'public' }: ContractColumn) => classification !== 'public'
  return await touches(engine, query, contract, contract.columns.filter(isHidden))
}

/** Whether a query reads one of these columns, or may. */
async function touches(
  engine: Engine,
  query: string,
  { columns }: Contract,
  of: readonly ContractColumn[],
): Promise<boolean> {
  if (of.length === 0) return false
  const referred = await referredColumns(
    engine,
    query,
    columns.map(({ name }) => name),
  )
  return referred === 'all' || of.some(({ name }) => referred.has(name.toLowerCase()))
}

/** The engine's reason may quote a value that it could not read. */
function reasonOf(error: unknown, { columns }: Contract): string {
  const text = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  const reason = text.replace(/^[A-Z][A-Za-z ]+ Error: /, '')
  const isPrivate = columns.some(({ classification }) => classification !== undefined && classification !== 'public')
  return isPrivate ? reason.replaceAll(/'[^']*'/g, '‘…’') : reason
}
