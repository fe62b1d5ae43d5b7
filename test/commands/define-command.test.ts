import { expect, expectTypeOf, test } from 'vitest'

import { defineCommand } from '../../action/commands/define-command.ts'
import { choice, flag, list, requiredText, text } from '../../action/commands/fields.ts'

test('defineCommand() gives `run` what is declared, typed, and nothing else', async () => {
  const command = defineCommand({
    name: 'weigh',
    group: 'data',
    summary: 'Weigh something.',
    example: 'plumbline weigh --what parcel',
    inputs: {
      what: requiredText({ description: 'What to weigh' }),
      unit: choice(['kg', 'g'], { description: 'In which unit' }),
      tags: list({ description: 'Tags' }),
      note: text({ description: 'A note' }),
      check: flag({ description: 'Only check' }),
    },
    outputs: {},
    permissions: {},
    effects: [],
    async run(inputs) {
      expectTypeOf(inputs).toEqualTypeOf<{
        readonly what: string
        readonly unit: 'kg' | 'g' | undefined
        readonly tags: readonly string[]
        readonly note: string | undefined
        readonly check: boolean
      }>()
      expectTypeOf(inputs).not.toHaveProperty('weight')
      return { kind: 'done', result: inputs.what }
    },
    async report(result: string) {
      return { text: result, markdown: result, outputs: {} }
    },
  })

  expect(Object.keys(command.inputs)).toEqual(['what', 'unit', 'tags', 'note', 'check'])
})
