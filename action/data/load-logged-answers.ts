import type { Read } from '../base/diagnostic.ts'
import { answerColumns, answerKind, answerSample } from './answer-sample.ts'
import type { ContractRows } from './count-contract-blocks.ts'
import type { Engine } from './engine.ts'
import type { Sample } from './open-samples.ts'
import { typesOf } from './prediction-table.ts'
import { quoteName, quoteText } from './quote.ts'
import { lackingIn, modelsIn, namesOf } from './read-outcomes.ts'
import { castTo, rawRelation } from './read-source.ts'
import type { DescribedFile } from './source-file.ts'

/** What one release answered rows, by its log. */
export interface LoggedAnswers {
  readonly sample: Sample
  /** Rows that have an answer, each once. */
  readonly rows: number
  /** Those of them whose answer is nothing: no number, or no class. */
  readonly emptyRows: number
  /** Those that were answered more than once: the first answer that says something counts. */
  readonly repeatedRows: number
  /** Tags of other releases that the log has answers of. */
  readonly others: readonly string[]
}

/**
 * Finds the answers of the release `tag` to rows, by the model's id. Each row has the moment of the row, not that of its
 * answer. What is wrong with the log's columns is told in one go.
 */
export async function loadLoggedAnswers(
  { engine, relation, project, contract }: ContractRows,
  log: readonly DescribedFile[],
  tag: string,
): Promise<Read<LoggedAnswers>> {
  const { model } = project
  const { id = '', time = '', task, positive, target } = model
  const typeIn = (name: string) => contract.columns.find((column) => column.name === name)?.logicalType ?? 'string'
  const names = namesOf(log)
  const scores = ['probability', `probability_${positive}`]
  const answer = task === 'binary' ? scores.find((name) => names.includes(name)) : 'prediction'
  const lacking = lackingIn(log, [id, answer ?? 'probability', 'at', 'model'], {
    code: 'drift/prediction-log',
    action: 'read the predictions of',
    remedy:
      'Name the folder that plumbline score --prediction-log writes, or write at, the id, prediction, probability and model.',
  })
  if (answer === undefined || lacking.length > 0) return { ok: false, diagnostics: lacking }

  const types = await typesOf(engine, rawRelation(log))
  const as = (type: Parameters<typeof castTo>[0], name: string) =>
    castTo(type, quoteName(name), types.get(name) ?? 'VARCHAR')
  const number = as('number', answer)
  const value =
    answerKind(model) === 'number'
      ? `CASE WHEN NOT isnan(${number}) THEN ${number} END`
      : `CAST(${as(typeIn(target), answer)} AS VARCHAR)`
  const { time: moment, answer: said } = answerColumns
  await engine.run(
    `CREATE TEMP TABLE logged_answers AS
     SELECT CAST(s.${quoteName(time)} AS TIMESTAMP) AS ${moment}, a.${said}, a.answers
     FROM ${relation} AS s JOIN (
       SELECT id, ${said}, count(*) OVER (PARTITION BY id) AS answers,
         row_number() OVER (PARTITION BY id ORDER BY ${said} IS NULL, at_ms, ${said}) AS turn
       FROM (SELECT CAST(${as(typeIn(id), id)} AS VARCHAR) AS id, epoch_ms(${as('timestamp', 'at')}) AS at_ms, ${value} AS ${said}
         FROM ${rawRelation(log)} WHERE CAST(model AS VARCHAR) = ${quoteText(tag)})
     ) AS a ON a.turn = 1 AND a.id = CAST(s.${quoteName(id)} AS VARCHAR)`,
  )
  const models = await modelsIn(engine, log)
  return {
    ok: true,
    value: {
      sample: answerSample(engine, 'logged_answers', answerKind(model)),
      ...(await countAnswers(engine)),
      others: models.filter((other) => other !== tag),
    },
  }
}

async function countAnswers(engine: Engine): Promise<Pick<LoggedAnswers, 'rows' | 'emptyRows' | 'repeatedRows'>> {
  const [counted] = await engine.query<{ rows: number; empty: number; repeated: number }>(
    `SELECT count(*) AS rows, count(*) FILTER (${answerColumns.answer} IS NULL) AS empty,
       count(*) FILTER (answers > 1) AS repeated FROM logged_answers`,
  )
  return { rows: counted?.rows ?? 0, emptyRows: counted?.empty ?? 0, repeatedRows: counted?.repeated ?? 0 }
}
