import { describe, expect, test } from 'vitest'

import { readWorkflowInputs } from '../../action/commands/read-workflow-inputs.ts'
import { cut, grow } from '../support/fixture-commands.ts'

describe('readWorkflowInputs()', () => {
  test('reads what the runner hands on; lists are lines, and an empty input is not given', () => {
    const environment = {
      INPUT_COMMAND: 'grow',
      INPUT_TOKEN: 't',
      INPUT_KIND: ' oak ',
      INPUT_NEAR: 'a\n\n  b\r\n',
      INPUT_SEASON: '',
      'INPUT_DRY-RUN': 'true',
      PATH: '/bin',
    }

    expect(readWorkflowInputs(grow, environment)).toEqual({
      kind: 'oak',
      near: ['a', 'b'],
      season: undefined,
      years: undefined,
      'dry-run': true,
    })
  })

  test('refuses an input of another command, unless it is empty', () => {
    expect(() => readWorkflowInputs(cut, { INPUT_BRANCH: 'b', INPUT_KIND: 'oak' })).toThrow('"cut" does not read it')
    expect(readWorkflowInputs(cut, { INPUT_BRANCH: 'b', INPUT_KIND: '' })).toEqual({ branch: 'b' })
  })

  test('refuses a flag that is neither true nor false', () => {
    expect(() => readWorkflowInputs(grow, { INPUT_KIND: 'oak', 'INPUT_DRY-RUN': 'yes' })).toThrow(
      'expected true or false',
    )
  })
})
