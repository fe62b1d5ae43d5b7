/** One declared input of a command, and how its text becomes a value. */
export interface Field<Value> {
  readonly kind: 'text' | 'flag' | 'list' | 'choice' | 'integer'
  readonly description: string
  readonly example?: string
  /** What the command uses where the input is not given, in words or as typed; `undefined` where there is none. */
  readonly default?: string
  readonly choices?: readonly string[]
  /** Given without its name on the command line: `plumbline lineage TAG`. */
  readonly isPositional: boolean
  readonly isRequired: boolean
  /** From the texts given (one, or many for a list; none where not given) to the value, or what is wrong with them. */
  readonly parse: (texts: readonly string[]) => Parsed<Value>
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly expected: string }

interface Words {
  readonly description: string
  readonly example?: string
  readonly default?: string
  readonly positional?: true
}

export function text(words: Words): Field<string | undefined> {
  return { ...described('text', words), isRequired: false, parse: (texts) => good(texts.at(-1)) }
}

export function requiredText(words: Words): Field<string> {
  return {
    ...described('text', words),
    isRequired: true,
    parse: ([...texts]) => {
      const last = texts.at(-1)
      return last === undefined || last === '' ? { ok: false, expected: 'a text' } : good(last)
    },
  }
}

/** Repeated flags on the command line, one line each in a workflow. */
export function list(words: Words): Field<readonly string[]> {
  return { ...described('list', words), isRequired: false, parse: (texts) => good(texts) }
}

/** A whole number, at least `minimum` (0 where not said). */
export function integer(words: Words & { readonly minimum?: number }): Field<number | undefined> {
  const minimum = words.minimum ?? 0
  return {
    ...described('integer', words),
    isRequired: false,
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return good(undefined)
      const number = /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN
      return number >= minimum ? good(number) : { ok: false, expected: `a whole number of at least ${minimum}` }
    },
  }
}

export function choice<const Name extends string>(names: readonly Name[], words: Words): Field<Name | undefined> {
  return {
    ...described('choice', words),
    choices: names,
    isRequired: false,
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined) return good(undefined)
      const name = names.find((known) => known === given)
      return name === undefined ? { ok: false, expected: `one of ${names.join(', ')}` } : good(name)
    },
  }
}

/** True where given; in a workflow `true` or `false`. */
export function flag(words: Words): Field<boolean> {
  return {
    ...described('flag', words),
    isRequired: false,
    parse: (texts) => {
      const given = texts.at(-1)
      if (given === undefined || given === 'false') return good(false)
      return given === 'true' || given === '' ? good(true) : { ok: false, expected: 'true or false' }
    },
  }
}

function described(kind: Field<unknown>['kind'], words: Words) {
  return {
    kind,
    description: words.description,
    isPositional: words.positional ?? false,
    ...(words.example !== undefined && { example: words.example }),
    ...(words.default !== undefined && { default: words.default }),
  }
}

function good<Value>(value: Value): Parsed<Value> {
  return { ok: true, value }
}
