import { parse } from 'yaml'
import { isRecord } from '../base/is-record.ts'

/** What a workflow file says of when it runs. */
export interface Workflow {
  readonly name: string | undefined
  readonly triggers: Readonly<Record<string, Trigger>>
}

export interface Trigger {
  readonly types: readonly string[] | undefined
  readonly branches: Filter
  readonly tags: Filter
  readonly paths: Filter
  readonly inputs: Readonly<Record<string, WorkflowInput>>
}

interface Filter {
  readonly only: readonly string[] | undefined
  readonly ignore: readonly string[] | undefined
}

export interface WorkflowInput {
  readonly isRequired: boolean
  readonly byDefault: string | undefined
  readonly type: string
  readonly options: readonly string[]
}

/** What happened, as far as filters ask. */
export interface Happening {
  readonly event: string
  /** `opened`, or the `event_type` of a repository_dispatch. */
  readonly type?: string
  /** The branch pushed to, the base of a pull request. */
  readonly branch?: string
  readonly tag?: string
  /** Undefined where paths do not matter. */
  readonly paths?: readonly string[]
}

/** Undefined where the file is no workflow; GitHub then lists it by its path. */
export function parseWorkflow(text: string): Workflow | undefined {
  let value: unknown
  try {
    value = parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { on } = value
  const events = typeof on === 'string' ? { [on]: null } : Array.isArray(on) ? listed(on) : isRecord(on) ? on : {}
  return {
    name: typeof value['name'] === 'string' ? value['name'] : undefined,
    triggers: Object.fromEntries(Object.entries(events).map(([event, settings]) => [event, triggerIn(settings)])),
  }
}

/** The types that count where a workflow names none. */
const typesByDefault: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
}

export function isTriggered({ triggers }: Workflow, happening: Happening): boolean {
  const trigger = triggers[happening.event]
  if (!trigger) return false
  const types = trigger.types ?? typesByDefault[happening.event]
  if (types && happening.type !== undefined && !types.includes(happening.type)) return false
  return isRefAsked(trigger, happening) && isPathAsked(trigger.paths, happening.paths)
}

/** A filter of branches alone leaves tags out, and the other way round. */
function isRefAsked({ branches, tags }: Trigger, { branch, tag }: Happening): boolean {
  if (tag !== undefined) return isFiltered(tags) ? passes(tags, tag) : !isFiltered(branches)
  if (branch !== undefined) return isFiltered(branches) ? passes(branches, branch) : !isFiltered(tags)
  return true
}

function isPathAsked(filter: Filter, paths: readonly string[] | undefined): boolean {
  return paths === undefined || !isFiltered(filter) || paths.some((path) => passes(filter, path))
}

function isFiltered({ only, ignore }: Filter): boolean {
  return only !== undefined || ignore !== undefined
}

/** Patterns in order; a later one that begins with `!` takes back what an earlier one took. */
function passes({ only, ignore }: Filter, name: string): boolean {
  if (ignore?.some((pattern) => patternOf(pattern).test(name)) === true) return false
  if (!only) return true
  let isTaken = false
  for (const pattern of only) {
    const isNegative = pattern.startsWith('!')
    if (patternOf(isNegative ? pattern.slice(1) : pattern).test(name)) isTaken = !isNegative
  }
  return isTaken
}

/** GitHub's filter patterns: `*` stays between slashes, `**` does not; `?`, `+` and `[…]` as in a regular expression. */
function patternOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|[.^${}()|\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    return part === '*' ? '[^/]*' : `\\${part}`
  })
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return /(?!)/
  }
}

function triggerIn(settings: unknown): Trigger {
  const fields = isRecord(settings) ? settings : {}
  const inputs = isRecord(fields['inputs']) ? fields['inputs'] : {}
  const filter = (key: string): Filter => ({ only: texts(fields[key]), ignore: texts(fields[`${key}-ignore`]) })
  return {
    types: texts(fields['types']),
    branches: filter('branches'),
    tags: filter('tags'),
    paths: filter('paths'),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, inputIn(input)])),
  }
}

function inputIn(value: unknown): WorkflowInput {
  const input = isRecord(value) ? value : {}
  return {
    isRequired: input['required'] === true,
    byDefault: scalarText(input['default']),
    type: typeof input['type'] === 'string' ? input['type'] : 'string',
    options: texts(input['options']) ?? [],
  }
}

/** A text, a number or a truth as text; undefined for anything else. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined
}

function texts(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  return (Array.isArray(value) ? value : [value]).map(String)
}

function listed(events: readonly unknown[]): Record<string, null> {
  return Object.fromEntries(events.map((event) => [String(event), null]))
}
