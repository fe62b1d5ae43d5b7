import { type Command, type CommandSummary, commandGroups } from './define-command.ts'
import type { Field } from './fields.ts'
import { doorFlags } from './read-command-line.ts'

/** What `plumbline --help` prints: every command in a line, grouped by the part of the loop that it serves. */
export function helpAll(commands: readonly CommandSummary[]): string {
  const groups = commandGroups.flatMap((group) => {
    const lines = commands
      .filter((command) => command.group === group)
      .map(({ name, summary }) => [name, summary] as const)
    return lines.length === 0 ? [] : [`${group}\n${inColumns(lines)}`]
  })
  return [
    'Plumbline keeps machine-learning models true: pinned data, gated models, releases that explain themselves.',
    'usage: plumbline <command> [--input value …]',
    ...groups,
    `every command\n${inColumns(Object.entries(doorFlags).map(([name, words]) => [`--${name}`, words]))}`,
    'More on one:  plumbline help <command>\n',
  ].join('\n\n')
}

/** What `plumbline help <command>` prints. */
export function helpOne(command: Command): string {
  const inputs = Object.entries(command.inputs)
  return [
    command.summary,
    `usage: plumbline ${[command.name, ...inputs.map(([name, field]) => usageOf(name, field))].join(' ')}`,
    ...section(
      'inputs',
      inputs.map(([name, field]) => [spelt(name, field), describeField(field)]),
    ),
    ...section('outputs of a workflow step', Object.entries(command.outputs)),
    ...section('permissions that a workflow’s token needs', Object.entries(command.permissions)),
    `example\n  ${command.example}\n`,
  ].join('\n\n')
}

/** A field in one sentence or two: its meaning, choices, default and example. */
export function describeField(field: Field<unknown>): string {
  const more = [
    ...(field.choices === undefined ? [] : [`one of ${field.choices.join(', ')}`]),
    ...(field.default === undefined ? [] : [`default: ${field.default}`]),
    ...(field.isRequired ? ['required'] : []),
    ...(field.kind === 'list' ? ['repeatable'] : []),
    ...(field.example === undefined ? [] : [`e.g. ${field.example}`]),
  ]
  return more.length === 0 ? field.description : `${field.description} (${more.join('; ')})`
}

function usageOf(name: string, field: Field<unknown>): string {
  const more = field.kind === 'list' ? '…' : ''
  const usage = `${spelt(name, field)}${more}`
  return field.isRequired ? usage : `[${usage}]`
}

function spelt(name: string, field: Field<unknown>): string {
  if (field.isPositional) return `<${name}>`
  return field.kind === 'flag' ? `--${name}` : `--${name} ${name.toUpperCase()}`
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : [`${title}\n${inColumns(rows)}`]
}

function inColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, words]) => `  ${name.padEnd(width)}  ${words}`).join('\n')
}
