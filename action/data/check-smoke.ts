import { stat } from 'node:fs/promises'
import { basename } from 'node:path'

import type { Contract } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import { checkPredictionColumns, tolerance } from './check-predictions.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import type { Engine } from './engine.ts'
import { type SmokeRows, smokeId } from './make-smoke-rows.ts'
import type { SmokeRow } from './plan-smoke-rows.ts'
import { makePredictionTables } from './prediction-table.ts'
import { quoteName, quoteText } from './quote.ts'
import { openReading } from './reading-engine.ts'
import type { DescribedFile } from './source-file.ts'

/** What is wrong with an answer to made rows. */
export interface SmokeProblem {
  readonly code: `smoke/${string}`
  /** Follows "Cannot accept the judged model: ". */
  readonly state: string
  /** The rows that it was said of; none where it was said of the answer as a whole. */
  readonly rows: readonly SmokeRow[]
}

export interface SmokeAnswer {
  readonly model: ModelPolicy
  readonly contract: Contract
  readonly made: Pick<SmokeRows, 'knownFile' | 'idType'>
  /** The rows that were asked. */
  readonly rows: readonly SmokeRow[]
  /** What `predict` wrote, Parquet or CSV by its ending. */
  readonly predictionsFile: string
}

interface AnsweredRow {
  readonly number: number
  readonly answers: number
  readonly lacksValue: boolean | null
  readonly badProbability: boolean | null
  readonly unknownClass: boolean | null
  readonly [column: string]: unknown
}

/** Each made row once, each with a finite prediction of a known class, and probabilities between 0 and 1. */
export async function checkSmoke(answer: SmokeAnswer, signal?: AbortSignal): Promise<readonly SmokeProblem[]> {
  const { model, contract, made, predictionsFile } = answer
  const found = await fileOf(predictionsFile)
  await using engine = await openReading({ files: [found], otherPaths: [made.knownFile] }, signal)
  const described = await describeFiles(engine, [found])
  if (!described.ok) return described.diagnostics.map(({ message }) => whole('smoke/file', message))
  const [file] = described.value
  if (!file) return []
  const lacking = checkPredictionColumns(model, file, contract)
  if (lacking.length > 0) return lacking.map(({ state }) => whole('smoke/column', state))
  try {
    return await compareRows(engine, answer, file)
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [file])
    if (!diagnostic) throw error
    return [whole('smoke/file', diagnostic.message)]
  }
}

/** The answer to no rows: a table without rows, of whatever kind. */
export async function checkEmptyAnswer(
  predictionsFile: string,
  signal?: AbortSignal,
): Promise<readonly SmokeProblem[]> {
  const found = await fileOf(predictionsFile)
  await using engine = await openReading({ files: [found] }, signal)
  const described = await describeFiles(engine, [found])
  if (described.ok) return [whole('smoke/empty', 'an empty input is answered with rows; expected none')]
  return described.diagnostics
    .filter(({ code }) => code !== 'data/no-rows')
    .map(({ message }) => whole('smoke/empty', `the answer to an empty input cannot be read: ${message}`))
}

async function fileOf(absolutePath: string) {
  return { path: basename(absolutePath), absolutePath, bytes: (await stat(absolutePath)).size }
}

function whole(code: SmokeProblem['code'], state: string): SmokeProblem {
  return { code, state, rows: [] }
}

async function compareRows(engine: Engine, answer: SmokeAnswer, file: DescribedFile): Promise<SmokeProblem[]> {
  const { model, made, rows } = answer
  const tables = await makePredictionTables(engine, model, made.knownFile, file)
  await engine.run(
    `CREATE TEMP TABLE made AS SELECT number, ${smokeId(made.idType, 'number')} AS id
     FROM (SELECT unnest([${rows.map(({ number }) => number).join(', ')}]) AS number)`,
  )
  const [strange] = await engine.query<{ rows: number }>(
    'SELECT count(*) AS rows FROM predictions WHERE id IS NULL OR id NOT IN (SELECT id FROM made)',
  )
  const bad = [...new Set(tables.probabilities.values())].map((column) => {
    const name = `p.${quoteName(column)}`
    return `${name} IS NULL OR isnan(${name}) OR ${name} < ${-tolerance} OR ${name} > ${1 + tolerance}`
  })
  const known = new Set([...tables.truthClasses, ...tables.probabilities.keys()])
  // Training on one class does not tell what the other one is called.
  const tellsClasses = model.task !== 'regression' && known.size > 1
  const answered = await engine.query<AnsweredRow>(
    `SELECT m.number AS number, count(p.id) AS answers,
       bool_or(p.predicted IS NULL${model.task === 'regression' ? ' OR NOT isfinite(p.predicted)' : ''}) AS "lacksValue",
       bool_or(${bad.length === 0 ? 'false' : bad.join(' OR ')}) AS "badProbability",
       bool_or(${tellsClasses ? `p.predicted NOT IN (${[...known].map(quoteText).join(', ')})` : 'false'}) AS "unknownClass"
     FROM made m LEFT JOIN predictions p ON m.id = p.id GROUP BY m.number ORDER BY m.number`,
  )
  return judgeAnswers(answer, answered, strange?.rows ?? 0)
}

/** Pure. */
function judgeAnswers(
  { model, rows }: SmokeAnswer,
  answered: readonly AnsweredRow[],
  strangers: number,
): SmokeProblem[] {
  const byNumber = new Map(rows.map((row) => [row.number, row]))
  const of = (test: (row: AnsweredRow) => boolean): readonly SmokeRow[] =>
    answered.filter(test).flatMap(({ number }) => byNumber.get(number) ?? [])
  const answeredOnce = (test: (row: AnsweredRow) => boolean | null) =>
    of((row) => row.answers > 0 && test(row) === true)
  const wanted = model.task === 'regression' ? 'a finite number' : 'a value of the target’s type'
  const problems: SmokeProblem[] = [
    { code: 'smoke/rows', state: 'no prediction', rows: of(({ answers }) => answers === 0) },
    { code: 'smoke/rows', state: 'more than one prediction', rows: of(({ answers }) => answers > 1) },
    {
      code: 'smoke/value',
      state: `a prediction that is missing or no ${wanted.replace(/^a /, '')}`,
      rows: answeredOnce(({ lacksValue }) => lacksValue),
    },
    {
      code: 'smoke/probability',
      state: 'a probability that is missing, not finite or outside 0 … 1',
      rows: answeredOnce(({ badProbability }) => badProbability),
    },
    {
      code: 'smoke/class',
      state: 'a class that training did not know',
      rows: answeredOnce(({ unknownClass }) => unknownClass),
    },
  ]
  return [
    ...problems.filter((problem) => problem.rows.length > 0),
    ...(strangers > 0
      ? [whole('smoke/rows', `${strangers} predictions are of no row that was given; expected each id once`)]
      : []),
  ]
}
