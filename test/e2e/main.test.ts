import { describe, expect, test } from 'vitest'

import { runMain } from '../support/run-main.ts'

describe('dist/main.js', () => {
  test('names the commands where none is given', async () => {
    const { code, outputs, commands, summary } = await runMain({ inputs: { command: '', token: '' } })

    expect(code).toBe(1)
    expect(outputs).toEqual({ verdict: 'fault' })
    expect(commands).toEqual([
      expect.stringMatching(
        /^::error title=cli\/missing-input::Cannot run the step: the input "command" is missing%0A→ /,
      ),
    ])
    expect(summary).toContain('### ✗ plumbline: Cannot run the step')
  })

  test('names the command that was meant', async () => {
    const { code, stdout } = await runMain({ inputs: { command: 'registr' } })

    expect(code).toBe(1)
    expect(stdout).toContain('Did you mean "register"?')
  })

  test('refuses an input that the command does not read, and obeys nothing that stands in it', async () => {
    const { code, commands, outputs } = await runMain({
      inputs: { command: 'snapshot', job: 'train\n::set-output name=verdict::pass' },
    })

    expect(code).toBe(1)
    expect(outputs).toEqual({ verdict: 'fault' })
    expect(commands).toEqual([
      expect.stringMatching(/^::error title=cli\/unknown-input::Cannot use "job": "snapshot" does not read it/),
    ])
  })

  test('masks the token before anything else is said', async () => {
    const { commands } = await runMain({ inputs: { command: 'snapshot', token: 'secret-token', job: 'secret-token' } })

    expect(commands[0]).toBe('::add-mask::secret-token')
  })
})
