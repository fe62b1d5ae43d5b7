import { describe, expect, test } from 'vitest'

import { answerTerminal } from '../../action/commands/answer-terminal.ts'
import { fixtureTable } from '../support/fixture-commands.ts'

async function typed(...words: readonly string[]) {
  return await typedWith({}, ...words)
}

async function typedWith(
  options: { readonly isTTY?: boolean; readonly signal?: AbortSignal; readonly environment?: Record<string, string> },
  ...words: readonly string[]
) {
  let stdout = ''
  let stderr = ''
  const code = await answerTerminal(words, {
    table: fixtureTable,
    overview: async () => await Promise.all(Object.values(fixtureTable).map(async (load) => await load())),
    folder: '.',
    environment: options.environment ?? {},
    stdout: { isTTY: options.isTTY ?? false, write: (text: string) => (stdout += text) },
    stderr: { isTTY: options.isTTY ?? false, write: (text: string) => (stderr += text) },
    signal: options.signal ?? new AbortController().signal,
    openGitHub: () => Promise.reject(new Error('no GitHub in this test')),
  })
  return { code, stdout, stderr }
}

describe('answerTerminal()', () => {
  test('prints the result to standard output and progress to standard error', async () => {
    const { code, stdout, stderr } = await typed('grow', '--kind', 'oak')

    expect(code).toBe(0)
    expect(stdout).toBe('DONE  oak grows\n  ✓ dug\n\nNext:  plumbline cut\n')
    expect(stderr).toMatch(/^ {2}dig {9}✓ a hole +0\.5 s\n$/)
  })

  test('parts the work from its verdict by an empty line on a terminal, not in a log', async () => {
    const environment = { NO_COLOR: '1', TERM: 'dumb' }
    expect((await typedWith({ isTTY: true, environment }, 'grow', '--kind', 'oak')).stderr).toMatch(/0\.5 s\n\n$/)
    expect((await typedWith({ isTTY: true, environment }, 'cut')).stderr).toBe('')
    expect((await typedWith({ environment }, 'grow', '--kind', 'oak')).stderr).toMatch(/0\.5 s\n$/)
  })

  test('tells progress, and how it ended, as JSON lines on standard error where asked', async () => {
    const linesOf = async (...words: readonly string[]) => {
      const { stderr, stdout } = await typedWith({ isTTY: true }, ...words, '--log', 'json')
      return {
        stdout,
        lines: stderr
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      }
    }
    const grown = await linesOf('grow', '--kind', 'oak')
    expect(grown.stdout).toMatch(/^.{0,6}DONE/)
    expect(grown.lines).toMatchObject([
      { command: 'grow', event: 'finished', stage: 'dig', outcome: 'done', seconds: 0.5, detail: 'a hole' },
      { command: 'grow', event: 'ended', level: 'info', outcome: 'done' },
    ])
    expect((await linesOf('grow', '--kind', 'dead')).lines.slice(1)).toMatchObject([
      { event: 'diagnostic', code: 'tree/dead', file: 'garden.yaml', line: 3 },
      { event: 'ended', outcome: 'diagnosed', level: 'error' },
    ])
    expect((await linesOf('gro')).lines).toMatchObject([
      { event: 'ended', outcome: 'fault', code: 'cli/unknown-command' },
    ])
    expect((await linesOf('grow', '--kind', 'oak', '--quiet')).lines).toHaveLength(2)
  })

  test('prints the verdict alone where quiet', async () => {
    expect(await typed('grow', '--kind', 'oak', '--quiet')).toEqual({
      code: 0,
      stdout: 'DONE  oak grows\n',
      stderr: '',
    })
  })

  test('prints one JSON document where asked', async () => {
    const { stdout } = await typed('grow', '--kind', 'oak', '--json')

    expect(JSON.parse(stdout)).toMatchObject({
      command: 'grow',
      outcome: 'done',
      result: { kind: 'oak' },
      outputs: { height: '3' },
    })
  })

  test('says its version, as JSON where asked', async () => {
    expect(await typed('--version')).toMatchObject({ code: 0, stdout: '0.0.0-source\n' })
    const { stdout } = await typed('--version', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ command: null, outcome: 'done', result: { version: '0.0.0-source' } })
  })

  test('answers JSON to a fault too, even to one of the command line itself', async () => {
    const { code, stdout } = await typed('grow', '--json', '--github', 'nowhere')

    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'fault', fault: { code: 'cli/bad-input', owner: 'user' } })
  })

  test('ends 2 where a verdict says no', async () => {
    expect(await typed('grow', '--kind', 'plastic')).toMatchObject({ code: 2, stdout: expect.stringMatching(/^NO /) })
  })

  test('ends 1 on diagnostics, a line each', async () => {
    expect(await typed('grow', '--kind', 'dead', '--quiet')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'garden.yaml:3:5 Cannot grow "dead"\n',
    })
  })

  test('ends 70 on a bug, with what to report', async () => {
    const { code, stderr } = await typed('grow', '--kind', 'bug')

    expect(code).toBe(70)
    expect(stderr).toMatch(/no roots[\s\S]+TypeError[\s\S]+\[bug\/unexpected · a bug in Plumbline\]/)
  })

  test('ends 130 where it was interrupted', async () => {
    const { code, stderr } = await typedWith({ signal: AbortSignal.abort() }, 'grow', '--kind', 'bug')

    expect(code).toBe(130)
    expect(stderr).toMatch(/Interrupted/)
  })

  test('names the command that was meant', async () => {
    expect(await typed('gro')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Cannot run "gro": no such command\n  do       Did you mean "grow"?\n[cli/unknown-command · yours to mend]\n',
    })
  })

  test.each([[[]], [['--help']], [['help']]])('shows all commands for %j, grouped by the loop', async (words) => {
    const { code, stdout } = await typed(...words)

    expect(code).toBe(0)
    expect(stdout).toMatch(/data\n {2}grow {2}Grow a tree\.\n\nmodel\n {2}cut {2}/)
  })

  test.each([[['help', 'grow']], [['grow', '--help']], [['grow', '-h']]])(
    'explains one command for %j',
    async (words) => {
      const { stdout } = await typed(...words)

      expect(stdout).toContain(
        'usage: plumbline grow --kind KIND [--near NEAR…] [--season SEASON] [--years YEARS] [--dry-run]',
      )
      expect(stdout).toContain('one of spring, autumn; default: spring')
      expect(stdout).toContain('example\n  plumbline grow --kind oak')
    },
  )

  test('drops control sequences, so that a value cannot steer the terminal', async () => {
    const { stdout } = await typed('grow', '--kind', '\u001b[2Joak')

    expect(stdout).toContain('DONE  oak grows')
  })

  test.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
    [{}, false],
  ])('colours with %j: %j', async (environment, isColoured) => {
    const { stdout } = await typedWith({ environment }, 'grow', '--kind', 'oak')

    expect(stdout.includes('\u001b[32m')).toBe(isColoured)
  })
})
