import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

import { defineCommand } from '../../action/commands/define-command.ts'
import { text } from '../../action/commands/fields.ts'
import { actionYml } from '../../scripts/generate/action-yml.ts'
import { cut, grow } from '../support/fixture-commands.ts'

describe('actionYml()', () => {
  test('unites the inputs and outputs of all commands and names who reads and sets them', () => {
    const action = parse(actionYml([grow, cut]))

    expect(Object.keys(action.inputs)).toEqual([
      'command',
      'log',
      'token',
      'branch',
      'dry-run',
      'kind',
      'near',
      'season',
      'years',
    ])
    expect(action.inputs.kind.description).toMatch(/Which tree\..*Read by: grow\.$/)
    expect(Object.keys(action.outputs)).toEqual(['verdict', 'height'])
  })

  test('has no default but the token’s, and asks for node24', () => {
    const action = parse(actionYml([grow, cut]))
    const defaults = Object.entries<{ default?: string }>(action.inputs).filter(
      ([, input]) => input.default !== undefined,
    )

    expect(defaults.map(([name, input]) => [name, input.default])).toEqual([['token', '${{ github.token }}']])
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/main.js' })
  })

  test('refuses one name with two meanings', () => {
    const graft = defineCommand({ ...cut, name: 'graft', inputs: { branch: text({ description: 'Which tree.' }) } })

    expect(() => actionYml([cut, graft])).toThrow(
      'Cannot declare input "branch": cut, graft give it different meanings',
    )
  })
})
