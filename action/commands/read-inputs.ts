import { Fault, type FaultCode } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Command } from './define-command.ts'

/** Typed values by input name, as the command's `run` receives them. */
export type Inputs = Readonly<Record<string, unknown>>

/** One thing that is wrong with what was given. */
export interface InputProblem {
  readonly code: Extract<FaultCode, `cli/${string}`>
  /** As the reader wrote it: `--chekc`. */
  readonly input: string
  /** What is wrong with it, and what was expected. */
  readonly state: string
  readonly remedy: string
}

/** Texts by input name, in the order given, and whatever could not be read. */
export interface GivenTexts {
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly InputProblem[]
}

/** How a door writes an input's name: `--check`, or `check`. */
export type Spell = (input: string) => string

/** Texts to values by the command's declaration. Throws one Fault that holds every problem. */
export function readInputs(command: Command, given: GivenTexts, spell: Spell): Inputs {
  const problems = [...given.problems]
  const isReported = (name: string) => given.problems.some(({ input }) => input === spell(name))
  const inputs: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(command.inputs)) {
    if (isReported(name)) continue
    const texts = given.texts.get(name) ?? []
    if (texts.length === 0 && field.isRequired) {
      problems.push({
        code: 'cli/missing-input',
        input: spell(name),
        state: 'it is missing',
        remedy: `Add it; for example: ${command.example}`,
      })
      continue
    }
    const parsed = field.parse(texts)
    if (parsed.ok) inputs[name] = parsed.value
    else {
      problems.push({
        code: 'cli/bad-input',
        input: spell(name),
        state: `it is "${texts.join(' ')}"; expected ${parsed.expected}`,
        remedy: exampleOf(command, name, spell),
      })
    }
  }
  refuse(command, problems)
  return inputs
}

function exampleOf(command: Command, name: string, spell: Spell): string {
  const field = command.inputs[name]
  if (field?.example === undefined) return field?.description ?? command.example
  return `For example: ${field.isPositional ? command.example : `${spell(name)} ${field.example}`}`
}

/** An input that the command does not read: the name that was meant, or where to look. */
export function unknownInput(
  command: Command,
  name: string,
  spell: Spell,
  seeAlso: string,
  doorInputs: readonly string[] = [],
): InputProblem {
  const meant = nearestName(name, [...doorInputs, ...Object.keys(command.inputs)])
  return {
    code: 'cli/unknown-input',
    input: spell(name),
    state: `"${command.name}" does not read it`,
    remedy: meant === undefined ? seeAlso : `Did you mean "${spell(meant)}"?`,
  }
}

export function givenTwice(name: string, spell: Spell): InputProblem {
  return {
    code: 'cli/bad-input',
    input: spell(name),
    state: 'it is given more than once; expected one value',
    remedy: 'Keep one of them.',
  }
}

function refuse(command: Command, problems: readonly InputProblem[]): void {
  const [first, ...more] = problems
  if (first === undefined) return
  if (more.length === 0) {
    throw new Fault(first.code, `Cannot use "${first.input}": ${first.state}`, { remedy: first.remedy })
  }
  const lines = problems.map(({ input, state, remedy }) => `  ${input}: ${state}. ${remedy}`)
  throw new Fault(
    'cli/bad-input',
    `Cannot run "${command.name}": ${problems.length} inputs are wrong\n${lines.join('\n')}`,
    {
      remedy: `See plumbline help ${command.name}`,
    },
  )
}
