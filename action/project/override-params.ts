import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { ParamValue } from './project.ts'

/**
 * Puts values given as `NAME=VALUE` in the place of those of the file, each of the type that the file's has.
 * Throws `cli/bad-input` for a name that the file does not know and for a value of another type.
 */
export function overrideParams(params: Record<string, ParamValue>, given: readonly string[]): void {
  for (const text of given) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined) throw refuse(text, 'it has no "="', 'Write it as NAME=VALUE.')
    const known = Object.hasOwn(params, name) ? params[name] : undefined
    if (known === undefined) throw unknown(text, name, Object.keys(params))
    const typed = typedAs(known, value)
    if (typed === undefined) {
      throw refuse(text, `"${value}" is no ${typeof known}`, `Give a ${typeof known}, as params.${name} is one.`)
    }
    params[name] = typed
  }
}

function typedAs(known: ParamValue, text: string): ParamValue | undefined {
  if (typeof known === 'string') return text
  if (typeof known === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
}

function unknown(text: string, name: string, names: readonly string[]): Fault {
  const meant = nearestName(name, names)
  const remedy =
    meant === undefined
      ? `Parameters of plumbline.yaml: ${names.join(', ') || 'none; add it under params:'}`
      : `Did you mean "${meant}"?`
  return refuse(text, `plumbline.yaml has no parameter "${name}"`, remedy)
}

function refuse(text: string, state: string, remedy: string): Fault {
  return new Fault('cli/bad-input', `Cannot use "--param ${text}": ${state}; expected NAME=VALUE of a parameter`, {
    remedy,
  })
}
