import { formatCount } from './numbers.ts'

const namesShown = 3

/** Why a stage runs though it ran before: `train runs: train.py changed`. */
export function wordChange(stage: string, changedParts: readonly string[]): string {
  if (changedParts.length === 0) return `${stage} runs: the interpreter, the system or an input’s bytes changed`
  const shown = changedParts.slice(0, namesShown).map(wordPart)
  const more = changedParts.length - shown.length
  return `${stage} runs: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''} changed`
}

/** A cached result that is not used: `cached features: its bytes changed; made again`. */
export function wordSpoilt(stage: string, why: string): string {
  return `cached ${stage}: ${why}; made again`
}

/** A part of a key, as people call it: `train.py`, `param depth`, `the data`. */
export function wordPart(part: string): string {
  return part.startsWith('file ') ? part.slice('file '.length) : part
}

export function wordCondition(text: string): string {
  return `not so: ${text}`
}

export function wordFallback(stage: string, standIn: string, failure: string): string {
  return `${failure.split('\n', 1)[0]}; ${standIn} stands in for ${stage}: this run is degraded`
}

export function wordHook(name: string, failure: string): string {
  return `the hook ${name} failed, which changes nothing of the run: ${failure}`
}

export function wordFixtures(): string {
  return 'on the inputs given'
}

export function wordForced(stage: string): string {
  return `${stage} runs: it was asked for`
}

/** `stage "train" left processes running: sleep; they were killed` */
export function wordLeftRunning(subject: string, names: readonly string[]): string {
  const shown = names.slice(0, namesShown).join(', ')
  const more = names.length - namesShown
  return `${subject} left processes running: ${shown}${more > 0 ? ` and ${more} more` : ''}; they were killed`
}

/** Who did it, nobody can tell: the stage, or somebody at an editor. */
export function wordChangedFiles(subject: string, paths: readonly string[]): string {
  const shown = paths.slice(0, namesShown).join(', ')
  const more = paths.length - namesShown
  return `while ${subject} ran, files of the project changed: ${shown}${more > 0 ? ` and ${more} more` : ''}; a stage writes to PLUMBLINE_OUT_… alone`
}

export function wordCutLog(subject: string, problem: string): string {
  return `the log of ${subject} is not whole: it could not be written (${problem})`
}

export function wordRows(rows: number, columns?: number): string {
  return columns === undefined ? `${formatCount(rows)} rows` : `${formatCount(rows)} rows × ${columns}`
}

export interface SplitCounts {
  readonly train: number
  readonly gap: number
  readonly test: number
  readonly leftOut: Readonly<Record<string, number>>
}

/** `train 37,830 · gap 118 · test 3,540 · left out 1,630: labels not in yet` */
export function wordSplit({ train, gap, test, leftOut }: SplitCounts): string {
  const reasons = Object.entries(leftOut).filter(([, rows]) => rows > 0)
  return [
    `train ${formatCount(train)}`,
    ...(gap > 0 ? [`gap ${formatCount(gap)}`] : []),
    `test ${formatCount(test)}`,
    ...reasons.map(([reason, rows]) => `left out ${formatCount(rows)}: ${reason}`),
  ].join(' · ')
}

export function wordJudgedStage(stage: string, testRows: number): string {
  if (stage === 'train') return 'judged fit'
  return stage === 'predict' ? wordRows(testRows) : ''
}

/** Says what the second fit is, and what it is not: nobody judged these bytes. */
export function wordReleasedStage(stage: string, rows: number): string {
  return stage === 'train' ? `released fit, on all ${wordRows(rows)}: the recipe was gated, these bytes were not` : ''
}
