import { readFile } from 'node:fs/promises'

import { canonicalJson } from '../base/canonical-json.ts'
import type { Read } from '../base/diagnostic.ts'
import { sha256 } from '../base/sha256.ts'
import { onlyDataset } from '../project/output-kind.ts'
import type { ProgramStage } from '../project/project.ts'
import { wordAttempts } from '../report/word-attempts.ts'
import { wordJudgedStage, wordReleasedStage } from '../report/word-stages.ts'
import type { SplitData } from './built-in-stages.ts'
import { type DeclaredStage, refitName, stagesOfRefit } from './declare-keys.ts'
import { runAttempts } from './run-attempts.ts'
import type { Job, RunSession } from './run-session.ts'
import { dataOf, logFile, takeStep, useOutput } from './run-session.ts'
import type { LazyEnvironment } from './stage-environment.ts'
import type { StageResult } from './stage-result.ts'
import { takeOutputCheck } from './take-output-check.ts'

/** Results of the user's stages by stage name: `train`, `predict`, … */
export type ProgramResults = ReadonlyMap<string, StageResult>

/** The user's stages of the judged fit: trained on `train`, predicting `test`. */
export async function takeJudgedFit(
  session: RunSession,
  split: StageResult,
  environment: LazyEnvironment,
): Promise<Read<ProgramResults>> {
  const { project, keys } = session.declared
  return takePrograms(session, {
    job: 'train',
    stages: project.stages,
    declared: keys.programs,
    environment,
    nameOf: (stage) => stage,
    featuresOf: async (stage) => useOutput(session, 'prepare', split, stage === 'predict' ? 'test' : 'train'),
    detailOf: (stage) => wordJudgedStage(stage, (dataOf(split) as SplitData).test),
  })
}

/** The same recipe on the whole window; what comes out is released, never judged. */
export async function takeReleasedFit(
  session: RunSession,
  split: StageResult,
  environment: LazyEnvironment,
): Promise<Read<ProgramResults>> {
  return takePrograms(session, {
    job: 'refit',
    stages: stagesOfRefit(session.declared.project),
    declared: session.declared.keys.refit,
    environment,
    nameOf: refitName,
    featuresOf: async () => useOutput(session, 'prepare', split, 'whole'),
    detailOf: (stage) => wordReleasedStage(stage, (dataOf(split) as SplitData).whole),
  })
}

interface Programs {
  readonly job: Job
  readonly stages: readonly ProgramStage[]
  readonly declared: readonly DeclaredStage[]
  readonly environment: LazyEnvironment
  readonly nameOf: (stage: string) => string
  readonly featuresOf: (stage: string) => Promise<string>
  /** One line for people about a stage that went well. */
  readonly detailOf: (stage: string) => string
}

async function takePrograms(session: RunSession, programs: Programs): Promise<Read<ProgramResults>> {
  const results = new Map<string, StageResult>()
  for (const [index, stage] of programs.stages.entries()) {
    const declared = programs.declared[index]
    if (!declared) throw new Error(`Cannot run stage "${stage.name}": it has no key`)
    const taken = await takeProgram(session, programs, stage, declared, results)
    if (!taken.ok) return taken
    const output = onlyDataset(stage.out)
    const checked = { job: programs.job, stage: stage.name, result: taken.value }
    const kept = output === undefined ? undefined : await takeOutputCheck(session, { ...checked, output })
    if (kept && !kept.ok) return kept
    results.set(stage.name, taken.value)
  }
  return { ok: true, value: results }
}

async function takeProgram(
  session: RunSession,
  { job, environment, nameOf, featuresOf, detailOf }: Programs,
  stage: ProgramStage,
  declared: DeclaredStage,
  earlier: ProgramResults,
): Promise<Read<StageResult>> {
  const { project, reads } = session.declared
  const name = nameOf(stage.name)

  const inputsOf = async (): Promise<Record<string, Record<string, string>>> => {
    const inputs: Record<string, Record<string, string>> = {}
    for (const need of stage.needs) {
      if (need === 'features') inputs[need] = { features: await featuresOf(stage.name) }
      else inputs[need] = await outputsOf(session, job, earlier.get(need))
    }
    return inputs
  }
  const bytesOfInputs = (): Record<string, string> =>
    Object.fromEntries(
      stage.needs.flatMap((need) =>
        Object.entries(earlier.get(need)?.outputs ?? {}).map(([output, record]) => [
          `${need} ${output}`,
          record.sha256,
        ]),
      ),
    )

  return takeStep(session, {
    job,
    name,
    key: declared.key,
    parts: declared.parts,
    cacheKey: async () => {
      const observed = {
        interpreter: (await environment.interpreter())?.version,
        system: `${process.platform} ${process.arch}`,
        inputs: bytesOfInputs(),
      }
      return sha256(canonicalJson({ key: declared.key, observed }))
    },
    work: async (workFolder) => {
      const work = await runAttempts(
        {
          project,
          stage,
          name,
          reads: Object.keys(reads.get(stage.name) ?? {}),
          inputs: await inputsOf(),
          environment: await environment.environment(),
          caller: session.environment,
          logFile: logFile(session, name),
          progress: session.progress,
          signal: session.signal,
        },
        workFolder,
      )
      return { ok: true, value: { ...work, detail: wordAttempts(detailOf(stage.name), work.attempts) } }
    },
  })
}

async function outputsOf(
  session: RunSession,
  job: Job,
  result: StageResult | undefined,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {}
  for (const output of Object.keys(result?.outputs ?? {})) {
    if (result) paths[output] = await useOutput(session, job, result, output)
  }
  return paths
}

/** Numbers that stages wrote as outputs of kind `metrics`: shown as self-reported, never judged. */
export async function readSelfReported(session: RunSession, results: ProgramResults): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {}
  for (const stage of session.declared.project.stages) {
    const result = results.get(stage.name)
    const metrics = Object.entries(stage.out).find(([, { kind }]) => kind === 'metrics')?.[0]
    if (!result || !metrics) continue
    const text = await readFile(await useOutput(session, 'train', result, metrics), 'utf8').catch(() => '{}')
    for (const [name, value] of Object.entries(parseObject(text))) {
      if (typeof value === 'number' && Number.isFinite(value)) numbers[name] = value
    }
  }
  return numbers
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
