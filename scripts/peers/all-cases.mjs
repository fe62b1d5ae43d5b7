import { columnCases } from './column-cases.mjs'
import { metricCases } from './metric-cases.mjs'
import { qualityCases } from './quality-cases.mjs'

/** Every case, of names of their own. */
export const allCases = [...columnCases, ...metricCases, ...qualityCases]
