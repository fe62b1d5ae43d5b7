import { stat } from 'node:fs/promises'
import { basename } from 'node:path'

import type { Contract } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import { checkPredictionColumns, checkPredictions } from './check-predictions.ts'
import { describeFiles } from './describe-files.ts'
import { diagnoseReadError } from './diagnose-read-error.ts'
import { copyTo } from './make-features.ts'
import { makePredictionTables } from './prediction-table.ts'
import { quoteName, quotePath, quoteText } from './quote.ts'
import { rowIdColumn, sqlTypes } from './read-source.ts'
import { openReading } from './reading-engine.ts'

export interface AnswersToRead {
  readonly model: ModelPolicy
  readonly contract: Contract
  /** What was asked: Parquet with the id. */
  readonly featuresFile: string
  /** What `predict` wrote, Parquet or CSV by its ending. */
  readonly predictionsFile: string
  /** Goes into the column `model`. */
  readonly tag: string
  /** Where the answers are written. */
  readonly to: string
  /** For a small file between. */
  readonly askedFile: string
}

/**
 * Writes the answers as Parquet: id, prediction, probabilities, and the model's tag; each asked row exactly once, or else
 * says what is wrong with them, in words that follow "Cannot …: ", and writes nothing.
 */
export async function readAnswers(answers: AnswersToRead, signal?: AbortSignal): Promise<readonly string[]> {
  const { model, contract, featuresFile, predictionsFile, tag, to, askedFile } = answers
  const found = await stat(predictionsFile).catch(() => undefined)
  if (!found?.isFile()) return ['predict wrote no file of predictions']
  const source = { path: basename(predictionsFile), absolutePath: predictionsFile, bytes: found.size }
  await using engine = await openReading({ files: [source], otherPaths: [featuresFile, askedFile, to] }, signal)
  const described = await describeFiles(engine, [source])
  if (!described.ok) return described.diagnostics.map(({ message }) => message)
  const [file] = described.value
  if (!file) return ['predict wrote no file of predictions']
  const lacking = checkPredictionColumns(model, file, contract)
  if (lacking.length > 0) return lacking.map(({ state }) => state)

  const id = quoteName(model.id ?? rowIdColumn)
  const target = contract.columns.find(({ name }) => name === model.target)
  const none = `CAST(NULL AS ${sqlTypes[target?.logicalType ?? 'string']}) AS ${quoteName(model.target)}`
  try {
    await engine.run(copyTo(askedFile, `SELECT ${id}, ${none} FROM read_parquet(${quotePath(featuresFile)})`))
    const tables = await makePredictionTables(engine, model, askedFile, file)
    const problems = await checkPredictions(engine, model, tables, { contract })
    if (problems.length > 0) return problems.map(({ state }) => state)
    const probabilities = [...tables.probabilities].map(([label, column]) => {
      return `${quoteName(column)} AS ${quoteName(model.task === 'binary' ? 'probability' : `probability_${label}`)}`
    })
    const columns = [`id AS ${id}`, 'predicted AS prediction', ...probabilities, `${quoteText(tag)} AS model`]
    await engine.run(copyTo(to, `SELECT ${columns.join(', ')} FROM predictions ORDER BY id`))
    return []
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [file])
    if (!diagnostic) throw error
    return [diagnostic.message]
  }
}
