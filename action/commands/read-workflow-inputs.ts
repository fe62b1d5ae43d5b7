import type { Command } from './define-command.ts'
import { type InputProblem, type Inputs, readInputs, unknownInput } from './read-inputs.ts'

/** The inputs of the door itself; no command declares an input of these names. */
export const workflowInputs = {
  command: 'The command to run.',
  log: 'How progress is told: text, or json for one JSON object a line; schema/log-line.schema.json describes it.',
  token: 'The token to talk to GitHub with; it needs the permissions that the command names.',
} as const

/**
 * The inputs of `command` from a step's `with:`, which the runner hands on as `INPUT_<NAME>`. An empty one is not given;
 * a list is one line each. Throws one Fault that holds everything wrong, among it what the command does not read.
 */
export function readWorkflowInputs(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): Inputs {
  const texts = new Map<string, readonly string[]>()
  const problems: InputProblem[] = []
  for (const [variable, text = ''] of Object.entries(environment)) {
    const name = inputName(variable)
    if (name === undefined || text.trim() === '' || name in workflowInputs) continue
    const field = Object.hasOwn(command.inputs, name) ? command.inputs[name] : undefined
    if (field === undefined) problems.push(unknownInput(command, name, asWritten, 'Remove it from the step.'))
    else texts.set(name, field.kind === 'list' ? linesOf(text) : [text.trim()])
  }
  return readInputs(command, { texts, problems }, asWritten)
}

/** What the runner was given for one of the door's own inputs; an empty one is not given. */
export function doorInput(
  name: keyof typeof workflowInputs,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return environment[`INPUT_${name.toUpperCase()}`]?.trim() || undefined
}

/** The runner writes names in upper case and keeps hyphens. */
function inputName(variable: string): string | undefined {
  return variable.startsWith('INPUT_') ? variable.slice('INPUT_'.length).toLowerCase() : undefined
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function asWritten(input: string): string {
  return input
}
