/**
 * Every distance by the name of its variant. Those of shares are of categories, or of numbers in ten bins of the reference's
 * quantiles; `js-e` is Evidently's Jensen-Shannon, `js-2` NannyML's.
 */
export const measureNames = [
  'psi',
  'psi-evidently',
  'ks',
  'wasserstein',
  'wasserstein-normalised',
  'js-e',
  'js-2',
  'hellinger',
  'tvd',
  'l-infinity',
  'cramers-v',
] as const
export type MeasureName = (typeof measureNames)[number]

export const seasons = ['hour-of-day', 'day-of-week', 'month-of-year', 'quarter-of-year'] as const
/** What of a moment repeats itself, in UTC. */
export type Season = (typeof seasons)[number]

/** A column's drift is believed where `need` of its last `of` windows show it. */
export interface Persistence {
  readonly need: number
  readonly of: number
}

/** `2/3`: two of the last three; undefined of other texts. */
export function parsePersistence(text: string): Persistence | undefined {
  const [, need, of] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(text)?.map(Number) ?? []
  return need !== undefined && of !== undefined && need <= of ? { need, of } : undefined
}

/** How new rows are judged beside what the live model learned. */
export interface DriftPolicy {
  readonly windowMs: number
  /** A window closes this long after its end. */
  readonly latenessMs: number
  /** How far back from the end of what was learned is recent. */
  readonly recentMs: number
  readonly season: Season | null
  readonly persist: Persistence
  /** An effect below this, 0..1, is of no matter. */
  readonly effect: number
  /** The share of false ones among the columns that are called drifted, at most, in the mean. */
  readonly fdr: number
  /** Plain limits: with any, a column drifts where a measure is above its limit, and by that alone. */
  readonly limits: Readonly<Partial<Record<MeasureName, number>>>
  /** Importance by column; where there is any, columns without count nothing. */
  readonly weights: Readonly<Record<string, number>>
}
