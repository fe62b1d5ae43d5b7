import type { CommandTable } from '../../action/commands/define-command.ts'
import { defineCommand } from '../../action/commands/define-command.ts'
import { choice, flag, integer, list, requiredText, text } from '../../action/commands/fields.ts'

/** Two small commands that read every kind of input, for the tests of the doors. */
export const grow = defineCommand({
  name: 'grow',
  group: 'data',
  summary: 'Grow a tree.',
  example: 'plumbline grow --kind oak',
  inputs: {
    kind: requiredText({ description: 'Which tree.', example: 'oak' }),
    near: list({ description: 'What stands beside it.' }),
    season: choice(['spring', 'autumn'], { description: 'When to plant.', default: 'spring' }),
    years: integer({ description: 'How long.', minimum: 1 }),
    'dry-run': flag({ description: 'Only say what would grow.' }),
  },
  outputs: { height: 'Its height in metres.' },
  permissions: { contents: 'read' },
  effects: [],
  async run(inputs, context) {
    context.progress.finished('dig', 'done', 'a hole', 0.5)
    if (inputs.kind === 'plastic') return { kind: 'no', result: inputs }
    if (inputs.kind === 'dead') {
      const diagnostics = [
        { code: 'tree/dead', file: 'garden.yaml', line: 3, column: 5, message: 'Cannot grow "dead"' },
      ]
      return { kind: 'diagnosed', diagnostics }
    }
    if (inputs.kind === 'bug') throw new TypeError('no roots')
    return { kind: 'done', result: inputs }
  },
  async report(result) {
    const verdict = result.kind === 'plastic' ? 'NO  plastic does not grow' : `DONE  ${result.kind} grows`
    return { text: `${verdict}\n  ✓ dug`, markdown: `## ${verdict}\n`, outputs: { height: '3' }, next: 'plumbline cut' }
  },
})

export const cut = defineCommand({
  name: 'cut',
  group: 'model',
  summary: 'Cut a branch.',
  example: 'plumbline cut oak',
  inputs: { branch: text({ description: 'Which branch.', positional: true }) },
  outputs: {},
  permissions: { contents: 'write' },
  effects: ['writes-files'],
  isAdvisory: true,
  async run({ branch }) {
    return { kind: 'no', result: { branch } }
  },
  async report({ branch }) {
    return { text: `NO  ${branch ?? 'no branch'} stays`, markdown: '', outputs: {} }
  },
})

export const fixtureTable: CommandTable = { grow: async () => grow, cut: async () => cut }
