import { isRecord } from '../base/is-record.ts'
import { type Fields } from './exchange.ts'
import { invalidRequest } from './refusal.ts'

/** The text under a key, which must be one of those that GitHub takes. */
export function oneOf<T extends string>(body: Fields, key: string, allowed: readonly T[], fallback?: T): T {
  const value = body[key] ?? fallback
  const found = allowed.find((one) => one === value)
  if (found === undefined)
    throw invalidRequest(`For '${key}', ${JSON.stringify(value)} is not one of ${allowed.join(', ')}.`)
  return found
}

export function fieldsOf(value: unknown): Fields {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw invalidRequest(`${JSON.stringify(value)} is not an object.`)
  return value
}

export function listOf(value: unknown): readonly Fields[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isRecord)) throw invalidRequest('A list of objects is expected.')
  return value
}

export function textsOf(value: unknown, name: string): readonly string[] {
  if (value === undefined) return []
  const isTexts = Array.isArray(value) && value.every((item): item is string => typeof item === 'string')
  if (!isTexts) throw invalidRequest(`For '${name}', a list of strings is expected.`)
  return value
}
