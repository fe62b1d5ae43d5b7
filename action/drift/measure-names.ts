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
