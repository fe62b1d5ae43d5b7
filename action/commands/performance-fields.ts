import { ownMetricName } from '../project/metric-kinds.ts'
import { type Field, text } from './fields.ts'

type Words = Parameters<typeof text>[0]

/** A number above 0, in units of a metric. */
export function fall(words: Words): Field<number | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const value = /^\d{0,15}\.?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
      return value > 0 ? { ok: true, value } : { ok: false, expected: 'a number above 0, such as 0.03' }
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
      const [, name = '', expression] = /^([^=]*)=(.*\S.*)$/s.exec(given) ?? []
      return ownMetricName.test(name) && expression !== undefined
        ? { ok: true, value: { name, expression } }
        : { ok: false, expected: 'a name in small letters and an aggregate, such as profit=avg(…)' }
    },
  }
}
