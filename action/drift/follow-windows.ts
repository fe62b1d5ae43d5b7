import type { DriftPolicy } from '../project/drift-policy.ts'
import type { ColumnBars, DriftFinding, FoundColumn, KeptColumn, KeptWindow } from './drift-finding.ts'
import { type DriftPicture, pictureOf } from './drift-picture.ts'
import { type DataBlock, pairWindow } from './drift-reference.ts'
import { judgePersistence, nextDriftState, noDriftState, type PersistedDrift, windowRuleOf } from './drift-state.ts'
import type { DriftRule } from './judge-drift.ts'
import { type JudgedWindowDrift, judgeWindow, type WindowColumn } from './judge-window.ts'
import { inTermsOf, type Learned, mostLostBeside, predictionIn, trainingBlocks } from './learned.ts'

/** Judges windows that were not judged before, the oldest first. */
export function* followWindows(
  learned: Learned,
  windows: readonly DataBlock[],
  policy: DriftPolicy,
): Generator<KeptWindow> {
  const training = trainingBlocks(learned)
  const reference = { training, recentMs: policy.recentMs, season: policy.season }
  const rule = ruleBeside(learned, policy)
  for (const window of windows) {
    const block = inTermsOf(learned, window)
    const judged = judgeWindow(reference, block, rule)
    const pictures = picturesOf(training, block, judged, learned.inputs.minCount)
    yield keptOf(judged, pictures, { name: rule.prediction, answers: answersIn(learned, block) })
  }
}

function ruleBeside(learned: Learned, policy: DriftPolicy): DriftRule {
  const prediction = predictionIn(learned)
  return { ...windowRuleOf(policy, policy.persist), ...(prediction !== undefined && { prediction }) }
}

/** Rows of a window of which it is known what the model answered. */
export function answersIn(learned: Learned, { columns }: DataBlock): number {
  const name = predictionIn(learned)
  const block = name === undefined ? undefined : columns.get(name)
  return block && 'values' in block ? block.rows : 0
}

/** A window whole, each column with what people see of it. */
export interface ShownWindow extends Omit<JudgedWindowDrift, 'columns'> {
  readonly columns: readonly (WindowColumn & { readonly picture: DriftPicture | null })[]
}

/** The same judgement as `followWindows()` gives, to be shown. */
export function showWindow(learned: Learned, window: DataBlock, policy: DriftPolicy): ShownWindow {
  const training = trainingBlocks(learned)
  const block = inTermsOf(learned, window)
  const { recentMs, season } = policy
  const judged = judgeWindow({ training, recentMs, season }, block, ruleBeside(learned, policy))
  const rule = { minRows: learned.inputs.minCount, areValuesShown: true }
  const pictures = new Map(
    pairWindow(training, block).columns.map((column) => [column.name, pictureOf(column, rule)] as const),
  )
  const lost = mostLostBeside(learned, window)
  const columns = judged.columns.map((column) => {
    const { name, mostLost } = column
    return { ...column, mostLost: lost.get(name) ?? mostLost, picture: pictures.get(name) ?? null }
  })
  return { ...judged, columns }
}

function keptOf(
  judged: JudgedWindowDrift,
  pictures: ReadonlyMap<string, ColumnBars>,
  prediction: { readonly name: string | undefined; readonly answers: number },
): KeptWindow {
  const { sinceMs, untilMs, rows, columns } = judged
  return {
    sinceMs,
    untilMs,
    rows,
    columns: columns.map((column): KeptColumn => {
      const { name, verdict, weight, effect } = column
      const picture = pictures.get(name)
      const told = { name, verdict, weight, effect, smallestEffect: couldSee(column), ...(picture && { picture }) }
      return name === prediction.name ? { ...told, answers: prediction.answers } : told
    }),
  }
}

/** Of the question with the largest effect. */
function couldSee({ againstTraining: { rows } }: WindowColumn): number | null {
  return rows.toSorted((one, other) => other.effect - one.effect)[0]?.smallestEffect ?? null
}

function picturesOf(
  training: readonly DataBlock[],
  block: DataBlock,
  { columns }: JudgedWindowDrift,
  minRows: number,
): ReadonlyMap<string, ColumnBars> {
  const drifted = new Set(columns.flatMap(({ name, verdict }) => (verdict === 'drift' ? [name] : [])))
  if (drifted.size === 0) return new Map()
  return new Map(
    pairWindow(training, block).columns.flatMap((column) => {
      const picture = drifted.has(column.name) ? pictureOf(column, { minRows, areValuesShown: false }) : null
      if (!picture) return []
      const { reference, current, others } = picture
      return [[column.name, { before: barsOf(reference, others.reference), now: barsOf(current, others.current) }]]
    }),
  )
}

const mostBars = 10

/** Shares of few bins, and of the rest where there is one. */
function barsOf(bins: readonly number[], rest: number): number[] {
  const together = Math.ceil(bins.length / mostBars)
  const starts = Array.from({ length: Math.ceil(bins.length / together) }, (_, index) => index * together)
  const rows = [...starts.map((from) => total(bins.slice(from, from + together))), ...(rest > 0 ? [rest] : [])]
  const all = Math.max(1, total(rows))
  return rows.map((own) => Number((own / all).toFixed(4)))
}

function total(rows: readonly number[]): number {
  return rows.reduce((sum, own) => sum + own, 0)
}

/** What windows that were judged beside one release, the oldest first, come to; undefined of none. */
export function findDrift(
  release: string,
  windows: readonly KeptWindow[],
  policy: DriftPolicy,
): (DriftFinding & { readonly persisted: PersistedDrift }) | undefined {
  const newest = windows.at(-1)
  if (!newest) return undefined
  const { effect, windowMs, persist } = policy
  const state = windows.reduce((before, window) => nextDriftState(before, window, persist), noDriftState)
  const persisted = judgePersistence(state, newest, policy, persist)
  const last = windows.slice(-persist.of)
  const columns = persisted.columns.flatMap((column): FoundColumn[] => {
    const { name, standing, drifted, windows: seen, isAtOnce } = column
    if (standing !== 'confirmed' && standing !== 'suspected') return []
    const shown = last.flatMap((window) => {
      const own = window.columns.find((one) => one.name === name)
      return own && (own.verdict === 'drift' || own.verdict === 'vanished')
        ? [{ ...own, rows: own.answers ?? window.rows }]
        : []
    })
    const own = shown.at(-1)
    return [
      {
        name,
        ...(own?.answers !== undefined && { isPrediction: true }),
        standing,
        effect: own?.effect ?? 0,
        drifted,
        windows: seen,
        isAtOnce,
        rows: shown.map(({ rows }) => rows),
        smallestEffect: own?.smallestEffect ?? null,
        before: own?.picture?.before ?? [],
        now: own?.picture?.now ?? [],
      },
    ]
  })
  return {
    release,
    until: new Date(newest.untilMs).toISOString(),
    verdict: persisted.verdict,
    confirmedShare: persisted.confirmedShare,
    effect,
    windowMs,
    persist,
    columns: columns.sort(worstFirst),
    persisted,
  }
}

function worstFirst(one: FoundColumn, other: FoundColumn): number {
  const rank = ({ standing }: FoundColumn) => (standing === 'confirmed' ? 0 : 1)
  return rank(one) - rank(other) || other.effect - one.effect
}
