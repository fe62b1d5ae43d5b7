import { join } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { sha256 } from '../base/sha256.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import type { SmokeProblem } from '../data/check-smoke.ts'
import type { SmokeRows } from '../data/make-smoke-rows.ts'
import type { SmokeRow } from '../data/plan-smoke-rows.ts'
import { inEnvironment, training } from '../project/contract-environments.ts'
import { type ProgramStage, smokeKinds } from '../project/project.ts'
import { wordSmoke, wordSmokeProblem, wordSmokeRemedy } from '../report/word-smoke.ts'
import { refitName } from './declare-keys.ts'
import type { ProgramResults } from './program-stages.ts'
import { type Job, logFile, type RunSession, type Step, takeStep, useOutput } from './run-session.ts'
import { runStage } from './run-stage.ts'
import type { LazyEnvironment } from './stage-environment.ts'
import { type KeyParts, stageKey } from './stage-key.ts'
import type { StageResult, StageWork } from './stage-result.ts'

/** A model that `predict` is asked about. */
export interface SmokedFit {
  readonly fit: 'judged' | 'released'
  readonly split: StageResult
  /** Results of the user's stages of the judged fit. */
  readonly judged: ProgramResults
  /** Those of the released fit, which stand in for them. */
  readonly released?: ProgramResults
  readonly environment: LazyEnvironment
}

/** After this, what fails is not narrowed down to one row any more. */
const narrowingSeconds = 120

/**
 * Asks `predict` about rows with nulls, texts never seen, extremes, and about no rows at all, as it is asked when it is
 * judged and when it serves: a model is only taken that answers each with a finite number. What it cannot take is told as
 * diagnostics at the stage's line.
 */
export async function takeSmoke(session: RunSession, smoked: SmokedFit): Promise<Read<StageResult>> {
  const { declared } = session
  const { fit, split, judged, released, environment } = smoked
  const predicted = judged.get('predict')
  // Where another stage stood in for it, that one is asked.
  const stage = declared.project.stages.find(({ name }) => name === (predicted?.stage ?? 'predict'))
  if (!stage) throw new Error('Cannot smoke-test the model: there is no stage predict')
  const rows = fit === 'judged' ? 'train' : 'whole'
  const inputs = inputsOf(stage, smoked)
  const name = fit === 'judged' ? 'smoke' : refitName('smoke')
  const parts = partsOf(session, stage, released?.get('train'))
  const key = stageKey(name, parts)
  const step: Step = {
    job: fit === 'judged' ? 'train' : 'refit',
    name,
    from: [split, ...(predicted ? [predicted] : []), ...inputs.map(({ result }) => result)],
    parts,
    key,
    cacheKey: async () => {
      const observed = {
        interpreter: (await environment.interpreter(stage))?.version,
        system: `${process.platform} ${process.arch}`,
        rows: split.outputs[rows]?.sha256,
        inputs: Object.fromEntries(
          inputs.flatMap(({ need, result }) =>
            Object.entries(result.outputs).map(([output, { sha256: digest }]) => [`${need} ${output}`, digest]),
          ),
        ),
      }
      return sha256(canonicalJson({ key, observed }))
    },
    work: async (workFolder) => {
      const { makeSmokeRows } = await import('../data/make-smoke-rows.ts')
      const contract = declared.stageContracts.get('features')?.contract
      await using made = await makeSmokeRows(
        {
          project: declared.project,
          trainingFile: await useOutput(session, 'prepare', split, rows),
          folder: join(workFolder, 'made'),
          ...(contract && { contract: inEnvironment(contract, training, '') }),
        },
        session.signal,
      )
      return await smoke({ session, stage, name, fit, environment, inputs, made, workFolder })
    },
  }
  return takeStep(session, step)
}

/** Needed stage → its outputs, each with the job that made them; of the released fit where it made its own. */
function inputsOf(stage: ProgramStage, { judged, released }: SmokedFit): readonly SmokeInput[] {
  return stage.needs.flatMap((need) => {
    const again = released?.get(need)
    const result = again ?? judged.get(need)
    return result ? [{ need, job: again ? 'refit' : 'train', result } as const] : []
  })
}

interface SmokeInput {
  readonly need: string
  readonly job: Job
  readonly result: StageResult
}

function partsOf({ declared }: RunSession, { name }: ProgramStage, refit: StageResult | undefined): KeyParts {
  const { project, keys, stageContracts } = declared
  return {
    [`stage ${name}`]: keys.programs.find((stage) => stage.name === name)?.key ?? '',
    ...(refit && { [`stage ${refit.stage}`]: refit.key }),
    'contract of the features': sha256(stageContracts.get('features')?.text ?? ''),
    'smoke.skip': canonicalJson([...project.smoke.skip]),
  }
}

interface Smoking {
  readonly session: RunSession
  readonly stage: ProgramStage
  readonly name: string
  readonly fit: SmokedFit['fit']
  readonly environment: LazyEnvironment
  readonly inputs: readonly SmokeInput[]
  readonly made: SmokeRows
  readonly workFolder: string
}

async function smoke(smoking: Smoking): Promise<Read<StageWork>> {
  const { session, stage, fit, made } = smoking
  const { skip } = session.declared.project.smoke
  const ofRows = await answerRows(smoking)
  const ofNone = skip.includes('empty') ? [] : await answerNothing(smoking)
  const diagnostics = [...ofRows, ...ofNone].map((problem): Diagnostic => {
    return {
      code: problem.code,
      file: session.declared.project.file,
      line: stage.line,
      column: 1,
      message: `Cannot accept the ${fit} model: ${wordSmokeProblem(problem, stage.name)}`,
      remedy: wordSmokeRemedy(problem),
    }
  })
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  const kinds = new Set<string>(made.plan.rows.map(({ kind }) => kind))
  const tried = smokeKinds.filter((kind) => !skip.includes(kind) && (kind === 'empty' || kinds.has(kind)))
  const data = { rows: made.plan.rows.length, tried, skipped: [...skip] }
  return { ok: true, value: { detail: wordSmoke(tried, skip), outputs: {}, data } }
}

/** All rows in one go; only where the program fails of them, which of them it fails of. */
async function answerRows(smoking: Smoking): Promise<readonly SmokeProblem[]> {
  const { rows } = smoking.made.plan
  const all = await ask(smoking, rows, smoking.name)
  if (all.kind === 'answered') return all.problems

  const { progress } = smoking.session
  const tookSeconds = startStopwatch()
  const hasTime = () => tookSeconds() < narrowingSeconds
  const problems: SmokeProblem[] = []
  for (const kind of new Set(rows.map((row) => row.kind))) {
    if (!hasTime()) break
    progress.update(smoking.name, `which rows make it fail: ${kind}`)
    const ofKind = rows.filter((row) => row.kind === kind)
    const answer = await ask(smoking, ofKind, `${smoking.name}-narrow`)
    if (answer.kind === 'answered') problems.push(...answer.problems)
    else problems.push(await narrow(smoking, ofKind, answer.fault, hasTime))
  }
  const isExplained = problems.some(({ code }) => code === 'smoke/ended')
  return isExplained ? problems : [ended(all.fault, rows), ...problems]
}

/** Halves the rows until one of them makes the program fail alone, or the time is up. */
async function narrow(
  smoking: Smoking,
  rows: readonly SmokeRow[],
  fault: Fault,
  hasTime: () => boolean,
): Promise<SmokeProblem> {
  if (rows.length === 1 || !hasTime()) return ended(fault, rows)
  const middle = Math.ceil(rows.length / 2)
  for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
    const answer = await ask(smoking, half, `${smoking.name}-narrow`)
    if (answer.kind === 'failed') return narrow(smoking, half, answer.fault, hasTime)
  }
  return ended(fault, rows)
}

function ended(fault: Fault, rows: readonly SmokeRow[]): SmokeProblem {
  return { code: 'smoke/ended', state: whyEnded(fault), rows }
}

/** `it ended with code 1; expected 0: ValueError: Input X contains NaN.` */
function whyEnded({ message }: Fault): string {
  const [first = '', ...tail] = message.split('\n')
  const last = tail.map((line) => line.trim()).findLast((line) => line !== '')
  return `${first.replace(/^Cannot [^:]*: /, '')}${last === undefined ? '' : `: ${last}`}`
}

async function answerNothing(smoking: Smoking): Promise<readonly SmokeProblem[]> {
  const { checkEmptyAnswer } = await import('../data/check-smoke.ts')
  const answer = await predict(smoking, smoking.made.emptyFile, `${smoking.name}-empty`)
  if (answer.kind === 'answered') return checkEmptyAnswer(answer.file, smoking.session.signal)
  const state = `on an empty input, stage "${smoking.stage.name}" did not answer: ${whyEnded(answer.fault)}`
  return [{ code: 'smoke/empty', state, rows: [] }]
}

type Asked =
  | { readonly kind: 'answered'; readonly problems: readonly SmokeProblem[] }
  | { readonly kind: 'failed'; readonly fault: Fault }

async function ask(smoking: Smoking, rows: readonly SmokeRow[], log: string): Promise<Asked> {
  const { checkSmoke } = await import('../data/check-smoke.ts')
  const { made, session } = smoking
  const { project, contract } = session.declared
  const file = await made.write(
    'rows',
    rows.map(({ number }) => number),
  )
  const answer = await predict(smoking, file, log)
  if (answer.kind === 'failed') return answer
  const asked = { model: project.model, contract, made, rows, predictionsFile: answer.file }
  return { kind: 'answered', problems: await checkSmoke(asked, session.signal) }
}

type Answered =
  | { readonly kind: 'answered'; readonly file: string }
  /** It ended badly, or wrote nothing. */
  | { readonly kind: 'failed'; readonly fault: Fault }

/** Runs the stage as it is run to judge the model, on these features. */
async function predict(smoking: Smoking, featuresFile: string, log: string): Promise<Answered> {
  const { session, stage, name, fit, environment, inputs, workFolder } = smoking
  const { project, reads } = session.declared
  const given: Record<string, Record<string, string>> = { features: { features: featuresFile } }
  for (const { need, job, result } of inputs) {
    const paths: Record<string, string> = {}
    for (const output of Object.keys(result.outputs)) paths[output] = await useOutput(session, job, result, output)
    given[need] = paths
  }
  const folder = join(workFolder, 'made', log)
  try {
    const { outputs } = await runStage(
      {
        project,
        stage,
        name,
        subject: `stage "${stage.name}" of the ${fit} model`,
        reads: reads.get(stage.name) ?? {},
        inputs: given,
        environment: await environment.environment(stage),
        caller: session.environment,
        logFile: logFile(session, log),
        progress: session.progress,
        signal: session.signal,
      },
      folder,
    )
    return { kind: 'answered', file: join(folder, 'out', outputs['predictions'] ?? '') }
  } catch (error) {
    if (error instanceof Fault && answersBadly.has(error.code)) return { kind: 'failed', fault: error }
    throw error
  }
}

const answersBadly: ReadonlySet<string> = new Set(['stage/failed', 'stage/no-output', 'stage/timeout'])
