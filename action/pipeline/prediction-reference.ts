import { stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import { answerColumns, answerKind } from '../data/answer-sample.ts'
import { countBlocks } from '../data/count-blocks.ts'
import { isDated } from '../data/count-contract-blocks.ts'
import { describeFiles } from '../data/describe-files.ts'
import { loadJudgedAnswers } from '../data/load-judged-answers.ts'
import { openReading } from '../data/reading-engine.ts'
import { maxCategories } from '../drift/drift-column.ts'
import { jsonOfReference } from '../drift/reference-json.ts'
import { type StoredReference, storeReference } from '../drift/stored-reference.ts'
import { type Contract, isClassified } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { blockLength, blockTerms, mostBlocks, noIds } from './count-reference.ts'
import type { DeclaredRun } from './declare-run.ts'
import { mayShowRows } from './row-privacy.ts'
import type { Candidate } from './run-record.ts'

export interface JudgedAnswers {
  readonly project: Project
  readonly contract: Contract
  /** The test rows, with every column of the contract. */
  readonly truthFile: string
  /** What the stage `predict` wrote. */
  readonly predictionsFile: string
}

/**
 * How a model answered the rows that it was judged on, as it may be kept: one column, in blocks of the rows' time. Undefined
 * where there is no time that windows could be made of, or no file.
 */
export async function countPredictionReference(
  { project, contract, truthFile, predictionsFile }: JudgedAnswers,
  signal?: AbortSignal,
): Promise<StoredReference | undefined> {
  const { model, drift, privacy } = project
  const column = contract.columns.find(({ name }) => name === model.time)
  const found = await stat(predictionsFile).catch(() => undefined)
  if (!column || !isDated(column) || !found) return undefined
  const file = { path: basename(predictionsFile), absolutePath: predictionsFile, bytes: found.size }
  await using engine = await openReading({ files: [file], otherPaths: [truthFile] }, signal)
  const described = await describeFiles(engine, [file])
  const [predictions] = described.ok ? described.value : []
  if (!predictions) return undefined
  const timed = { ...model, time: column.name }
  const { sample, spanMs } = await loadJudgedAnswers(engine, timed, truthFile, predictions)
  const blockMs = blockLength(spanMs, drift.windowMs)
  const isKept = !isClassified(contract.columns.find(({ name }) => name === model.target))
  const counted = await countBlocks(sample, {
    time: answerColumns.time,
    originMs: blockTerms.originMs,
    blockMs,
    mostBlocks: mostBlocks + 1,
    columns: [{ name: answerColumns.answer, as: isKept ? answerKind(model) : blockTerms.classified }],
    mostTexts: maxCategories,
    ids: noIds,
  })
  return counted && counted.blocks.length > 0 ? storeReference(counted.blocks, blockMs, privacy.minCount) : undefined
}

/** Writes the same to a file that goes with a release; false where privacy keeps it back, or there is none. */
export async function keepPredictionReference(
  { project, contract }: Pick<DeclaredRun, 'project' | 'contract'>,
  { truth, predictions }: Pick<Candidate, 'truth' | 'predictions'>,
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<boolean> {
  if (truth === undefined || !(await mayShowRows(project, environment))) return false
  const judged = { project, contract, truthFile: truth, predictionsFile: predictions }
  const reference = await countPredictionReference(judged)
  if (reference) await writeFile(file, `${canonicalJson(jsonOfReference(reference))}\n`)
  return reference !== undefined
}
