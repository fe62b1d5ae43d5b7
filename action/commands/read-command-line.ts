import { Fault } from '../base/fault.ts'
import type { Command } from './define-command.ts'
import { type GivenTexts, givenTwice, type InputProblem, type Inputs, readInputs, unknownInput } from './read-inputs.ts'

/** What every command understands on a terminal. */
export interface CommandLine {
  readonly isJson: boolean
  readonly isQuiet: boolean
  /** Progress as one JSON object a line. */
  readonly isJsonLog: boolean
  readonly wantsHelp: boolean
  readonly wantsVersion: boolean
  /** A GitHub API's URL to talk to instead of the embedded one. */
  readonly gitHub: string | undefined
  /** The command and what is meant for it. */
  readonly words: readonly string[]
}

/** The flags of the door itself; no command declares an input of these names. */
export const doorFlags = {
  json: 'Print the result as JSON on standard output; progress goes to standard error.',
  quiet: 'Print the verdict only.',
  log: 'How progress is told on standard error: text, or json for one JSON object a line; schema/log-line.schema.json describes it.',
  github: 'The API of a GitHub to talk to, such as https://api.github.com; without it, the embedded one.',
  help: 'Say what the command does and reads.',
  version: 'Print the version of Plumbline.',
} as const

/** Separates the door's own flags from the command's words. Throws a Fault on a door flag with a wrong value. */
export function splitCommandLine(given: readonly string[]): CommandLine {
  const words: string[] = []
  const seen = new Set<string>()
  let gitHub: string | undefined
  let log: string | undefined
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? ''
    if (word === '--') {
      words.push(...given.slice(at))
      break
    }
    if (word === '--github' || word.startsWith('--github=')) {
      gitHub = word === '--github' ? given[(at += 1)] : word.slice('--github='.length)
      requireUrl(gitHub)
    } else if (word === '--log' || word.startsWith('--log=')) {
      log = word === '--log' ? given[(at += 1)] : word.slice('--log='.length)
      requireLogFormat(log, '--log')
    } else if (['--json', '--quiet', '--help', '-h', '--version'].includes(word)) seen.add(word)
    else words.push(word)
  }
  return {
    isJson: seen.has('--json'),
    isQuiet: seen.has('--quiet'),
    isJsonLog: log === 'json',
    wantsHelp: seen.has('--help') || seen.has('-h'),
    wantsVersion: seen.has('--version'),
    gitHub,
    words,
  }
}

/** The inputs of `command` from the words behind its name. Throws one Fault that holds everything wrong with them. */
export function readCommandLine(command: Command, words: readonly string[]): Inputs {
  return readInputs(command, collectTexts(command, words), (input) => spell(command, input))
}

function collectTexts(command: Command, words: readonly string[]): GivenTexts {
  const positional = Object.keys(command.inputs).filter((name) => command.inputs[name]?.isPositional)
  const texts = new Map<string, string[]>()
  const problems: InputProblem[] = []
  const add = (name: string, text: string) => {
    const earlier = texts.get(name)
    if (earlier === undefined) texts.set(name, [text])
    else if (command.inputs[name]?.kind === 'list') earlier.push(text)
    else problems.push(givenTwice(name, (input) => spell(command, input)))
  }

  let onlyValues = false
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === '--' && !onlyValues) onlyValues = true
    else if (onlyValues || !isFlag(word)) {
      const name = positional.find((each) => !texts.has(each) || command.inputs[each]?.kind === 'list')
      if (name === undefined) problems.push(unexpectedWord(command, word))
      else add(name, word)
    } else {
      const [, name = '', value] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? []
      const field = Object.hasOwn(command.inputs, name) ? command.inputs[name] : undefined
      if (field === undefined) {
        problems.push(
          unknownInput(command, name, flagName, `See plumbline help ${command.name}`, Object.keys(doorFlags)),
        )
        // What follows was most likely meant for it.
        if (value === undefined && !isFlag(words[at + 1] ?? '-h')) at += 1
      } else if (field.kind === 'flag') add(name, value ?? '')
      else {
        const text = value ?? (isFlag(words[at + 1] ?? '-h') ? '' : words[(at += 1)])
        if (text === undefined || text === '') problems.push(valueMissing(spell(command, name)))
        else add(name, text)
      }
    }
  }
  return { texts, problems }
}

/** As the reader types it: `<subject>`, `--check`. */
function spell(command: Command, input: string): string {
  return command.inputs[input]?.isPositional ? `<${input}>` : flagName(input)
}

/** `-1` is a value; `-h`, `--x` and `--x=1` are flags. */
function isFlag(word: string): boolean {
  return /^--|^-[A-Za-z]/.test(word)
}

function flagName(input: string): string {
  return `--${input}`
}

function valueMissing(input: string): InputProblem {
  return {
    code: 'cli/bad-input',
    input,
    state: 'it has no value',
    remedy: `Write ${input} VALUE, or ${input}=VALUE where the value begins with a dash.`,
  }
}

function unexpectedWord(command: Command, word: string): InputProblem {
  const lists = Object.keys(command.inputs).filter((name) => command.inputs[name]?.kind === 'list')
  return {
    code: 'cli/unknown-input',
    input: word,
    state: `"${command.name}" expects no further value`,
    remedy:
      lists.length === 0
        ? `See plumbline help ${command.name}`
        : `Quote a pattern, so that the shell leaves it alone: ${flagName(lists[0] ?? '')} 'data/*.csv'`,
  }
}

/** Throws a Fault where progress cannot be told so. */
export function requireLogFormat(given: string | undefined, input: string): void {
  if (given === 'json' || given === 'text') return
  throw new Fault('cli/bad-input', `Cannot use "${input}": it is "${given ?? ''}"; expected text or json`, {
    remedy: `For example: ${input} json`,
  })
}

function requireUrl(given: string | undefined): void {
  if (given !== undefined && URL.canParse(given) && /^https?:\/\//.test(given)) return
  throw new Fault('cli/bad-input', `Cannot use "--github": it is "${given ?? ''}"; expected a URL`, {
    remedy: 'For example: --github https://api.github.com',
  })
}
