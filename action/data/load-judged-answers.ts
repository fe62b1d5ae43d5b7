import type { ModelPolicy } from '../project/project.ts'
import { answerColumns, answerKind, answerSample } from './answer-sample.ts'
import type { Engine } from './engine.ts'
import type { Sample } from './open-samples.ts'
import { makePredictionTables } from './prediction-table.ts'
import { quoteName } from './quote.ts'
import type { DescribedFile } from './source-file.ts'

/** What a model answered the rows that it was judged on, which `joinPredictions()` found nothing wrong with. */
export async function loadJudgedAnswers(
  engine: Engine,
  model: ModelPolicy & { readonly time: string },
  truthFile: string,
  predictions: DescribedFile,
): Promise<{ readonly sample: Sample; readonly spanMs: number }> {
  const { id, positive, probabilities } = await makePredictionTables(engine, model, truthFile, predictions)
  const score = model.task === 'binary' ? probabilities.get(positive ?? '') : undefined
  const answer = score === undefined ? 'p.predicted' : `least(1, greatest(0, p.${quoteName(score)}))`
  const { time } = answerColumns
  await engine.run(
    `CREATE TEMP TABLE judged_answers AS SELECT CAST(t.${quoteName(model.time)} AS TIMESTAMP) AS ${time}, ${answer} AS ${answerColumns.answer}
     FROM truth t JOIN predictions p ON t.${quoteName(id)} = p.id`,
  )
  const [span] = await engine.query<{ ms: number | null }>(
    `SELECT epoch_ms(max(${time})) - epoch_ms(min(${time})) AS ms FROM judged_answers`,
  )
  return { sample: answerSample(engine, 'judged_answers', answerKind(model)), spanMs: span?.ms ?? 0 }
}
