import { rename } from 'node:fs/promises'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { isClassified } from '../project/contract.ts'
import { checkFeatureSql, type FeatureSource } from './check-select.ts'
import { describeSections } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import { type Engine, openEngine } from './engine.ts'
import type { FeatureRequest, MadeFeatures } from './feature-request.ts'
import { loadRows } from './load-rows.ts'
import { quoteName, quoteText } from './quote.ts'
import { rowIdColumn, sqlTypes } from './read-source.ts'
import { examplesOf } from './row-examples.ts'
import { allFiles } from './section-files.ts'

/**
 * Reads the pinned files, runs the user's SELECT over them and writes `features.parquet` and `rows.parquet`, both by id.
 * The engine reaches the files of the request and nothing else.
 */
export async function makeFeatures(request: FeatureRequest): Promise<Read<MadeFeatures>> {
  const drafts = { features: `${request.featuresFile}.draft`, rows: `${request.rowsFile}.draft` }
  const inputs = allFiles(request.files).map(({ absolutePath }) => absolutePath)
  await using engine = await openEngine({
    nativeFile: request.nativeFile,
    memoryLimit: request.memoryLimit,
    ...(request.threads !== undefined && { threads: request.threads }),
    tempFolder: request.tempFolder,
    allowedPaths: [...inputs, ...Object.values(drafts)],
    isLocked: true,
  })
  const made = await makeTables(engine, request)
  if (!made.ok) return made

  const id = quoteName(idOf(request))
  const columns = made.value.columns.map(({ name }) => quoteName(name))
  await engine.run(copyTo(drafts.features, `SELECT ${[id, ...columns].join(', ')} FROM features ORDER BY ${id}`))
  await engine.run(copyTo(drafts.rows, `SELECT * FROM source ORDER BY ${id}`))
  await rename(drafts.rows, request.rowsFile)
  await rename(drafts.features, request.featuresFile)
  return made
}

/** Row groups of one size and one codec, so that the same rows are the same bytes. */
export function copyTo(path: string, select: string): string {
  return `COPY (${select}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, USE_TMP_FILE false)`
}

async function makeTables(engine: Engine, request: FeatureRequest): Promise<Read<MadeFeatures>> {
  const source = featureSource(request)
  const wrong = await checkFeatureSql(engine, request.sql, request.sqlFile, source)
  const described = await describeSections(engine, request.files)
  if (wrong.length > 0 || !described.ok) {
    return { ok: false, diagnostics: [...wrong, ...(described.ok ? [] : described.diagnostics)] }
  }
  const files = described.value

  try {
    const loaded = await loadRows(engine, request, files)
    if (loaded.length > 0) return { ok: false, diagnostics: loaded }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, allFiles(files))
    if (!diagnostic) throw outOfMemory(error) ?? error
    return { ok: false, diagnostics: [diagnostic] }
  }
  return runSelect(engine, request, source)
}

/** Everything that the contract names but the target and what plumbline.yaml ignores, and the id. */
function featureSource({ contract, model }: FeatureRequest): FeatureSource {
  const isWithheld = (name: string) => name === model.target || model.ignore.includes(name)
  const columns = contract.columns
    .filter(({ name }) => !isWithheld(name))
    .map(({ name, logicalType }) => ({ name, type: sqlTypes[logicalType] }))
  if (model.id === undefined) columns.unshift({ name: rowIdColumn, type: 'VARCHAR' })
  return { columns, id: model.id ?? rowIdColumn, target: model.target, ignored: model.ignore }
}

async function runSelect(engine: Engine, request: FeatureRequest, source: FeatureSource): Promise<Read<MadeFeatures>> {
  const names = source.columns.map(({ name }) => quoteName(name)).join(', ')
  await engine.run(`CREATE OR REPLACE TEMP VIEW data AS SELECT ${names} FROM source`)
  try {
    await engine.run(`CREATE TEMP TABLE features AS\n${request.sql}`)
  } catch (error) {
    throwOutOfMemory(error)
    return { ok: false, diagnostics: [sqlFailed(error, request)] }
  }
  const wrong = await checkIds(engine, request)
  if (wrong.length > 0) return { ok: false, diagnostics: wrong }

  const described = await engine.query<{ column_name: string; column_type: string }>('DESCRIBE features')
  const columns = described
    .filter(({ column_name }) => column_name !== source.id)
    .map(({ column_name, column_type }) => ({ name: column_name, type: column_type }))
  const [counted] = await engine.query<{ rows: number; labelled: number }>(
    `SELECT count(*) AS rows, count(${quoteName(request.model.target)}) AS labelled FROM source`,
  )
  return { ok: true, value: { rows: counted?.rows ?? 0, labelled: counted?.labelled ?? 0, columns } }
}

/** The SELECT must return each id of the data exactly once. */
async function checkIds(engine: Engine, request: FeatureRequest): Promise<Diagnostic[]> {
  const id = quoteName(idOf(request))
  const cases = [
    {
      code: 'features/id-null',
      select: `SELECT ${id} FROM features WHERE ${id} IS NULL`,
      words: 'rows have no id',
    },
    {
      code: 'features/id-twice',
      select: `SELECT ${id} FROM features GROUP BY ${id} HAVING count(*) > 1`,
      words: 'ids come out more than once',
    },
    {
      code: 'features/rows-lost',
      select: `SELECT ${id} FROM source ANTI JOIN features USING (${id})`,
      words: 'ids of the data do not come out',
    },
    {
      code: 'features/rows-invented',
      select: `SELECT ${id} FROM features ANTI JOIN source USING (${id}) WHERE ${id} IS NOT NULL`,
      words: 'ids that come out are not in the data',
    },
  ]
  const found: Diagnostic[] = []
  for (const { code, select, words } of cases) {
    const examples = await examplesOf(engine, select, idOf(request), request.contract)
    if (examples.count === 0) continue
    found.push({
      code,
      file: request.sqlFile,
      line: 1,
      column: 1,
      message: `Cannot make features by "${request.sqlFile}": ${examples.count} ${words}${examples.words}; expected each id once`,
      remedy: `Return ${id} as it is.`,
    })
  }
  return found
}

/** What DuckDB says of a row quotes its values, of whatever column. */
function sqlFailed(error: unknown, { sqlFile: file, contract }: FeatureRequest): Diagnostic {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  const kind = /^[A-Z][A-Za-z ]+ Error/.exec(said)?.[0] ?? 'an error'
  const reason = contract.columns.some(isClassified)
    ? `a row gives ${kind}; its values are not shown here`
    : said.replace(/^[A-Z][A-Za-z ]+ Error: /, '').slice(0, 500)
  return {
    code: 'features/sql',
    file,
    line: 1,
    column: 1,
    message: `Cannot make features by "${file}": ${reason}`,
    remedy: 'Mend the SELECT; try_cast() gives NULL where a value does not fit.',
  }
}

function throwOutOfMemory(error: unknown): void {
  const fault = outOfMemory(error)
  if (fault) throw fault
}

function outOfMemory(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !/Out of Memory|max_temp_directory_size/i.test(error.message)) return undefined
  return new Fault('features/out-of-memory', 'Cannot make features: memory and temporary space are used up', {
    remedy: 'Run on a machine with more memory or a larger disk, or narrow data.source.',
    cause: error,
  })
}

function idOf({ model }: FeatureRequest): string {
  return model.id ?? rowIdColumn
}
