import { nearestName } from '../base/nearest-name.ts'
import { type Contract, isClassified } from '../project/contract.ts'
import type { ModelPolicy } from '../project/project.ts'
import type { Engine } from './engine.ts'
import type { PredictionTables } from './prediction-table.ts'
import { quoteName, quoteText } from './quote.ts'
import { rowIdColumn } from './read-source.ts'
import { examplesOf } from './row-examples.ts'
import type { DescribedFile } from './source-file.ts'

export interface PredictionProblem {
  readonly code: `stage/predictions-${string}`
  /** Follows "Cannot judge the predictions: ". */
  readonly state: string
  readonly remedy: string
}

/** Rounding may carry a probability so far beyond 0 or 1. */
export const tolerance = 1e-6

/** Columns that must be there. */
export function checkPredictionColumns(
  model: ModelPolicy,
  file: DescribedFile,
  contract: Contract | undefined,
): PredictionProblem[] {
  const names = file.columns.map(({ name }) => name)
  const shown = hidesClasses(model, contract) ? names.filter((name) => !name.startsWith('probability_')) : names
  const wanted = [model.id ?? rowIdColumn, 'prediction']
  const missing = wanted.filter((name) => !names.includes(name)).map((name) => lacks(name, shown))
  if (model.task === 'regression') return missing
  const isBinary = model.task === 'binary'
  const hasProbability = names.some((name) =>
    isBinary ? name === 'probability' || name === `probability_${model.positive}` : name.startsWith('probability_'),
  )
  return hasProbability ? missing : [...missing, lacks(isBinary ? 'probability' : 'probability_<class>', shown)]
}

/** Whether no message may name a class, nor a column that is named by one. */
function hidesClasses(model: ModelPolicy, contract: Contract | undefined): boolean {
  return isClassified(contract?.columns.find(({ name }) => name === model.target))
}

function lacks(name: string, names: readonly string[]): PredictionProblem {
  const near = nearestName(name, names)
  return {
    code: 'stage/predictions-column',
    state: `there is no column "${name}"; expected it beside ${names.map((known) => `"${known}"`).join(', ')}`,
    remedy: near ? `Rename "${near}" to "${name}" in the stage predict.` : `Write "${name}" in the stage predict.`,
  }
}

/** Each id of the test rows exactly once, each with a prediction, and probabilities between 0 and 1. */
export async function checkPredictions(
  engine: Engine,
  model: ModelPolicy,
  tables: PredictionTables,
  { contract, showsRows = true }: { readonly contract?: Contract; readonly showsRows?: boolean },
): Promise<PredictionProblem[]> {
  const id = quoteName(tables.id)
  const problems: PredictionProblem[] = []
  const hides = hidesClasses(model, contract)
  const examine = async (code: PredictionProblem['code'], select: string, words: string, remedy: string) => {
    const found = await examplesOf(engine, `SELECT id AS ${id} FROM (${select})`, tables.id, contract)
    const ids = showsRows ? found.words : ''
    if (found.count > 0) problems.push({ code, state: `${found.count} ${words}${ids}`, remedy })
  }
  const once = 'Predict each row of the given file once, and carry its id along as it is.'
  await examine(
    'stage/predictions-missing',
    `SELECT ${id} AS id FROM truth WHERE ${id} NOT IN (SELECT id FROM predictions WHERE id IS NOT NULL)`,
    'test rows have no prediction',
    once,
  )
  await examine(
    'stage/predictions-duplicate',
    'SELECT id FROM predictions WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1',
    'ids are predicted more than once',
    once,
  )
  await examine(
    'stage/predictions-unknown',
    `SELECT id FROM predictions WHERE id IS NULL OR id NOT IN (SELECT ${id} FROM truth)`,
    'predictions are of no test row',
    once,
  )
  await examine(
    'stage/predictions-value',
    `SELECT id FROM predictions WHERE predicted IS NULL${model.task === 'regression' ? ' OR NOT isfinite(predicted)' : ''}`,
    `predictions are missing or no ${model.task === 'regression' ? 'finite number' : 'value of the target’s type'}`,
    'Write a value of the target’s own type in each row.',
  )
  for (const column of new Set(tables.probabilities.values())) {
    const name = quoteName(column)
    await examine(
      'stage/predictions-probability',
      `SELECT id FROM predictions WHERE ${name} IS NULL OR isnan(${name}) OR ${name} < ${-tolerance} OR ${name} > ${1 + tolerance}`,
      `values of ${hides ? 'a probability' : `"${column}"`} are missing or outside 0 … 1`,
      'Write a probability between 0 and 1 in each row.',
    )
  }
  if (problems.length === 0) await checkClasses()
  return problems

  async function checkClasses(): Promise<void> {
    if (model.task === 'regression') return
    const known = new Set([...tables.truthClasses, ...tables.probabilities.keys()])
    const predicted = await engine.query<{ text: string }>(
      'SELECT DISTINCT predicted AS text FROM predictions ORDER BY 1',
    )
    const unknown = predicted.map(({ text }) => text).filter((text) => !known.has(text))
    // A test set of one class does not tell what the other one is called.
    const isOtherClass = model.task === 'binary' && known.size + unknown.length <= 2
    if (unknown.length > 0 && !isOtherClass) {
      const list = unknown.map(quoteText).join(', ')
      await examine(
        'stage/predictions-class',
        `SELECT id FROM predictions WHERE predicted IN (${list})`,
        `predictions are of a class that the test rows do not know${hides ? '' : `, such as "${unknown[0]}"`}`,
        hides ? 'Write the class as the target does.' : `Known here: ${[...known].slice(0, 10).join(', ')}.`,
      )
    }
    if (model.task === 'multiclass') await checkDistribution()
  }

  async function checkDistribution(): Promise<void> {
    const sum = [...tables.probabilities.values()].map(quoteName).join(' + ')
    await examine(
      'stage/predictions-sum',
      `SELECT id FROM predictions WHERE abs(${sum} - 1) > 1e-3`,
      'rows have probabilities that do not add up to 1',
      'Write a column probability_<class> for each class that the model knows.',
    )
    // A class that training never saw has no column, and probability 0; a misspelt column must not pass for that.
    for (const name of tables.truthClasses) {
      const strangers = [...tables.probabilities.keys()].filter((other) => !tables.truthClasses.includes(other))
      const near = tables.probabilities.has(name) ? undefined : nearestName(name, strangers)
      if (near === undefined) continue
      problems.push({
        code: 'stage/predictions-column',
        state: hides
          ? 'a column probability_<class> is named by no class'
          : `there is no column "probability_${name}", but "probability_${near}"`,
        remedy: `Name the column by the class as the target writes it${hides ? '' : `: "probability_${name}"`}.`,
      })
    }
  }
}
