import { stringify } from 'yaml'

import type { Command } from '../../action/commands/define-command.ts'
import type { Field } from '../../action/commands/fields.ts'
import { describeField } from '../../action/commands/help.ts'
import { workflowInputs } from '../../action/commands/read-workflow-inputs.ts'

/** `action.yml`: what a workflow step can give to any command, and gets from it. Throws where two commands disagree. */
export function actionYml(commands: readonly Command[]): string {
  const inputs = Object.fromEntries(
    byName(commands, ({ inputs: declared }) => Object.entries(declared)).map(([name, owners]) => {
      const word = (field: Field<unknown>) => `${field.kind}: ${describeField({ ...field, isRequired: false })}`
      if (namesakes.has(name)) return [name, { description: wordNamesakes(owners, word) }]
      const { meaning } = sole(`input "${name}"`, owners, word)
      return [name, { description: `${sentence(meaning.replace(/^\w+: /, ''))} Read by: ${names(owners)}.` }]
    }),
  )
  const outputs = Object.fromEntries(
    byName(commands, ({ outputs: declared }) => Object.entries(declared).filter(([name]) => name !== 'verdict')).map(
      ([name, owners]) => {
        const { meaning } = sole(`output "${name}"`, owners, (text) => text)
        return [name, { description: `${sentence(meaning)} Set by: ${names(owners)}.` }]
      },
    ),
  )
  return [
    '# Made from the command table by `npm run generate`; edit action/commands/ instead.',
    stringify(
      {
        name: 'Plumbline',
        description:
          'Continuous training in GitHub alone: pinned data, gated models, releases that explain themselves.',
        author: 'Plumbline',
        branding: { icon: 'check-circle', color: 'blue' },
        inputs: {
          command: {
            description: `${workflowInputs.command} One of: ${commands.map(({ name }) => name).join(', ')}.`,
            required: true,
          },
          log: { description: workflowInputs.log },
          token: { description: workflowInputs.token, default: '${{ github.token }}' },
          ...inputs,
        },
        outputs: {
          verdict: { description: verdictWords(commands) },
          ...outputs,
        },
        runs: { using: 'node24', main: 'dist/main.js' },
      },
      { lineWidth: 0 },
    ),
  ].join('\n')
}

/**
 * `data`: files for `init`, which makes what a snapshot is taken of; a snapshot for all that come after. `from`, `to`: stages
 * of a run; the ends of a time for `audit`. What `performance` follows in a log is of predictions, with defaults of its own.
 */
const namesakes: ReadonlySet<string> = new Set([
  ...['data', 'from', 'to'],
  ...['id', 'metric', 'release', 'target', 'time', 'window'],
])

function wordNamesakes<Value>(owners: readonly Owner<Value>[], word: (value: Value) => string): string {
  const meanings = new Map<string, Owner<Value>[]>()
  for (const owner of owners) {
    const meaning = word(owner.declaration).replace(/^\w+: /, '')
    meanings.set(meaning, [...(meanings.get(meaning) ?? []), owner])
  }
  return [...meanings].map(([meaning, own]) => `For ${names(own)}: ${sentence(meaning)}`).join(' ')
}

/** Every command has this output; some have words of their own for it. */
function verdictWords(commands: readonly Command[]): string {
  const own = commands.flatMap(({ name, outputs }) =>
    outputs['verdict'] === undefined ? [] : [`${name}: ${outputs['verdict']}`],
  )
  const common =
    '`done`; `no` where a verdict says no; `diagnosed` where files or data are wrong; `fault` where it could not run.'
  return [common, ...own.map((words) => `${words}.`)].join(' ')
}

interface Owner<Declaration> {
  readonly command: string
  readonly declaration: Declaration
}

function byName<Declaration>(
  commands: readonly Command[],
  declarationsOf: (command: Command) => readonly (readonly [string, Declaration])[],
): readonly (readonly [string, readonly Owner<Declaration>[]])[] {
  const owners = new Map<string, Owner<Declaration>[]>()
  for (const command of commands) {
    for (const [name, declaration] of declarationsOf(command)) {
      owners.set(name, [...(owners.get(name) ?? []), { command: command.name, declaration }])
    }
  }
  return [...owners].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** One name has one meaning in all commands. */
function sole<Declaration>(
  what: string,
  owners: readonly Owner<Declaration>[],
  meaningOf: (declaration: Declaration) => string,
): { readonly meaning: string } {
  const meanings = new Set(owners.map(({ declaration }) => meaningOf(declaration)))
  const [meaning = ''] = meanings
  if (meanings.size === 1) return { meaning }
  throw new Error(
    `Cannot declare ${what}: ${names(owners)} give it different meanings (${[...meanings].join(' / ')}); expected one. Give both the same words, or rename one.`,
  )
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function names(owners: readonly Owner<unknown>[]): string {
  return owners.map(({ command }) => command).join(', ')
}
