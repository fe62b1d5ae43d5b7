import { parseDuration } from '../base/duration.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type MeasureName, measureNames, type Persistence, parsePersistence } from '../project/drift-policy.ts'
import { type Field, list, text } from './fields.ts'

type Words = Parameters<typeof text>[0]

/** A number above 0 and below 1. */
export function share(words: Words): Field<number | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const value = numberIn(given)
      return value > 0 && value < 1
        ? { ok: true, value }
        : { ok: false, expected: 'a number above 0 and below 1, such as 0.1' }
    },
  }
}

/** Milliseconds, more than 0. */
export function duration(words: Words): Field<number | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const ms = parseDuration(given) ?? 0
      return ms > 0 ? { ok: true, value: ms } : { ok: false, expected: 'a duration such as 6h, 7d or 2w' }
    },
  }
}

/** `2/3`: two of the last three. */
export function persistence(words: Words): Field<Persistence | undefined> {
  return {
    ...text(words),
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return { ok: true, value: undefined }
      const value = parsePersistence(given)
      return value ? { ok: true, value } : { ok: false, expected: 'how many of how many windows, such as 2/3' }
    },
  }
}

/** Limits by the name of a measure, each NAME=NUMBER. */
export function limits(words: Words): Field<Readonly<Partial<Record<MeasureName, number>>>> {
  return pairs(words, 'NAME=NUMBER, such as psi=0.2', (name) => {
    if ((measureNames as readonly string[]).includes(name)) return undefined
    const near = nearestName(name, measureNames)
    return `one of ${measureNames.join(', ')}${near ? `; did you mean ${near}?` : ''}`
  })
}

/** Weights by the name of a column, each NAME=NUMBER. */
export function weights(words: Words): Field<Readonly<Record<string, number>>> {
  return pairs(words, 'COLUMN=NUMBER, such as carrier=0.3', () => undefined)
}

function pairs<Value>(
  words: Words,
  expected: string,
  wrongName: (name: string) => string | undefined,
): Field<Value & Readonly<Record<string, number>>> {
  return {
    ...list(words),
    parse: (texts) => {
      const found: [string, number][] = []
      for (const given of texts) {
        const at = given.lastIndexOf('=')
        const name = given.slice(0, Math.max(0, at))
        const value = numberIn(given.slice(at + 1))
        if (at < 1 || !(value >= 0)) return { ok: false, expected }
        const wrong = wrongName(name)
        if (wrong !== undefined) return { ok: false, expected: wrong }
        found.push([name, value])
      }
      return { ok: true, value: Object.fromEntries(found) as Value & Readonly<Record<string, number>> }
    },
  }
}

/** NaN of what is no plain number. */
function numberIn(given: string): number {
  return /^\d{0,15}\.?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
}
