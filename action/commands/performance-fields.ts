import { nearestName } from '../base/nearest-name.ts'
import { isMetricName, type MetricName, metricKinds } from '../project/metric-kinds.ts'
import { type Field, requiredText, text } from './fields.ts'

type Words = Parameters<typeof text>[0]

/** A number above 0, in units of a metric. */
export function fall(words: Words): Field<number> {
  return {
    ...requiredText(words),
    parse: (texts) => {
      const given = texts.at(-1) ?? ''
      const value = /^\d{0,15}\.?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
      return value > 0 ? { ok: true, value } : { ok: false, expected: 'a number above 0, such as 0.03' }
    },
  }
}

/** A metric by its name. */
export function metric(words: Words): Field<MetricName | undefined> {
  const names = Object.keys(metricKinds)
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      if (isMetricName(given)) return { ok: true, value: given }
      const near = nearestName(given, names)
      return { ok: false, expected: `one of ${names.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}` }
    },
  }
}

/** A share of rows, above 0 and up to 1. */
export function wholeShare(words: Words): Field<number | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const value = /^\d?\.?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
      return value > 0 && value <= 1
        ? { ok: true, value }
        : { ok: false, expected: 'a share above 0 and up to 1, such as 0.95' }
    },
  }
}

/** `profit=avg(…)`: a name and one aggregate of SQL. */
export function namedSql(words: Words): Field<{ readonly name: string; readonly expression: string } | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const [, name, expression] = /^([a-z][a-z0-9_-]{0,39})=(.*\S.*)$/s.exec(given) ?? []
      return name !== undefined && expression !== undefined
        ? { ok: true, value: { name, expression } }
        : { ok: false, expected: 'a name in small letters and an aggregate, such as profit=avg(…)' }
    },
  }
}
