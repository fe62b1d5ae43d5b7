import { describe, expect, test } from 'vitest'

import { Fault } from '../../action/base/fault.ts'
import { requiredText } from '../../action/commands/fields.ts'
import { readCommandLine, splitCommandLine } from '../../action/commands/read-command-line.ts'
import { cut, grow } from '../support/fixture-commands.ts'

function faultOf(words: readonly string[], command = grow as Parameters<typeof readCommandLine>[0]): Fault {
  try {
    readCommandLine(command, words)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error(`Cannot test: "${words.join(' ')}" was accepted; expected a fault`)
}

describe('readCommandLine()', () => {
  test('reads every kind of input, written both ways', () => {
    const words = ['--kind', 'oak', '--near=a', '--near', 'b', '--season', 'autumn', '--years=3', '--dry-run']

    expect(readCommandLine(grow, words)).toEqual({
      kind: 'oak',
      near: ['a', 'b'],
      season: 'autumn',
      years: 3,
      'dry-run': true,
    })
  })

  test('leaves what is not given at its absence', () => {
    expect(readCommandLine(grow, ['--kind', 'oak'])).toEqual({
      kind: 'oak',
      near: [],
      season: undefined,
      years: undefined,
      'dry-run': false,
    })
  })

  test.each([
    ['a value that begins with a dash, after =', ['--kind=--x'], '--x'],
    ['a negative number', ['--kind', '-1'], '-1'],
    ['a value with = in it', ['--kind=a=b'], 'a=b'],
    ['a value of two lines', ['--kind=a\nb'], 'a\nb'],
  ])('takes %s as it is', (_, words, kind) => {
    expect(readCommandLine(grow, words)).toMatchObject({ kind })
  })

  test.each([[['oak']], [['--', 'oak']], [['--branch', 'oak']]])('takes a positional input from %j', (words) => {
    expect(readCommandLine(cut, words)).toEqual({ branch: 'oak' })
  })

  test('takes a dashed positional after --', () => {
    expect(readCommandLine(cut, ['--', '--oak'])).toEqual({ branch: '--oak' })
  })

  test.each([
    ['an unknown flag', ['--kind', 'oak', '--yeers', '1'], 'cli/unknown-input', 'Did you mean "--years"?'],
    ['a misspelt flag of every command', ['--kind', 'oak', '--jsn'], 'cli/unknown-input', 'Did you mean "--json"?'],
    ['a missing input', [], 'cli/missing-input', 'plumbline grow --kind oak'],
    ['an empty value', ['--kind='], 'cli/bad-input', '--kind=VALUE'],
    ['a flag for a value', ['--kind', '--dry-run'], 'cli/bad-input', '--kind=VALUE'],
    ['a second value', ['--kind', 'a', '--kind', 'b'], 'cli/bad-input', 'Keep one'],
    ['no number', ['--kind', 'a', '--years', '1e9'], 'cli/bad-input', 'How long'],
    ['a number too small', ['--kind', 'a', '--years', '0'], 'cli/bad-input', 'How long'],
    ['a choice that is none', ['--kind', 'a', '--season', 'summer'], 'cli/bad-input', 'When to plant'],
    ['a word too many', ['--kind', 'a', 'b.csv'], 'cli/unknown-input', "--near 'data/*.csv'"],
    [
      'the name of an inherited property',
      ['--kind', 'a', '--constructor', 'b'],
      'cli/unknown-input',
      'plumbline help grow',
    ],
  ])('refuses %s', (_, words, code, remedy) => {
    const fault = faultOf(words)

    expect(fault.code).toBe(code)
    expect(fault.remedy).toContain(remedy)
  })

  test('names a positional input as its usage does', () => {
    const inputs = { branch: requiredText({ description: 'Which branch.', example: 'oak', positional: true }) }
    const command = { ...cut, inputs } as Parameters<typeof readCommandLine>[0]
    expect(faultOf([], command).message).toBe('Cannot use "<branch>": it is missing')
    expect(faultOf([''], command)).toMatchObject({
      message: 'Cannot use "<branch>": it is ""; expected a text',
      remedy: 'For example: plumbline cut oak',
    })
  })

  test('tells everything that is wrong at once', () => {
    const { message } = faultOf(['--yeers', '1', '--season', 'summer'])

    expect(message).toContain('3 inputs are wrong')
    expect(message).toContain('--yeers')
    expect(message).toContain('--season: it is "summer"; expected one of spring, autumn')
    expect(message).toContain('--kind: it is missing')
  })
})

describe('splitCommandLine()', () => {
  test('finds its own flags anywhere before --', () => {
    expect(
      splitCommandLine(['grow', '--json', '--kind', 'oak', '--quiet', '--github=http://h/api', '--', '--json']),
    ).toEqual({
      isJson: true,
      isQuiet: true,
      isJsonLog: false,
      wantsHelp: false,
      wantsVersion: false,
      gitHub: 'http://h/api',
      words: ['grow', '--kind', 'oak', '--', '--json'],
    })
  })

  test.each([[['--log', 'json']], [['--log=json']]])('takes %j for itself', (words) => {
    expect(splitCommandLine(['grow', ...words])).toMatchObject({ isJsonLog: true, words: ['grow'] })
  })

  test.each([[['--log']], [['--log', 'xml']], [['--log=']]])('refuses %j', (words) => {
    expect(() => splitCommandLine(words)).toThrow(/expected text or json/)
  })

  test.each([[['--github']], [['--github', 'acme']], [['--github=ftp://x']]])('refuses %j', (words) => {
    expect(() => splitCommandLine(words)).toThrow(/expected a URL/)
  })
})
