import { describe, expect, test } from 'vitest'
import { findCommand, splitName } from '../../action/commands/find-command.ts'
import { cut, grow } from '../support/fixture-commands.ts'

const table = { grow: async () => grow, 'branch cut': async () => cut, 'branch tie': async () => cut }

describe('splitName()', () => {
  test.each([
    ['grow oak', 'grow', ['oak']],
    ['branch cut oak', 'branch cut', ['oak']],
    ['branch ctu', 'branch ctu', []],
    ['branch', 'branch', []],
    ['branch --json', 'branch', ['--json']],
    ['', '', []],
  ])('takes %j apart', (line, name, rest) => {
    expect(splitName(line.split(' ').filter(Boolean), table)).toEqual({ name, rest })
  })
})

describe('findCommand()', () => {
  test('finds the nearest name, also of two words', async () => {
    await expect(findCommand('branch ctu', table)).rejects.toMatchObject({ remedy: 'Did you mean "branch cut"?' })
  })

  test('names the commands of a group', async () => {
    await expect(findCommand('branch', table)).rejects.toMatchObject({
      code: 'cli/unknown-command',
      remedy: 'Choose one of: branch cut, branch tie.',
    })
  })
})
