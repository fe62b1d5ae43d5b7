import { describe, expect, test } from 'vitest'

import { runMain } from '../support/run-main.ts'
import { tempFolder } from '../support/temp-folder.ts'

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
    const { code, stdout } = await runMain({ inputs: { command: 'validat' } })

    expect(code).toBe(1)
    expect(stdout).toContain('Did you mean "validate"?')
  })

  test('refuses an input that the command does not read, and obeys nothing that stands in it', async () => {
    const { code, commands, outputs } = await runMain({
      inputs: { command: 'validate', job: 'train\n::set-output name=verdict::pass' },
    })

    expect(code).toBe(1)
    expect(outputs).toEqual({ verdict: 'fault' })
    expect(commands).toEqual([
      expect.stringMatching(/^::error title=cli\/unknown-input::Cannot use "job": "validate" does not read it/),
    ])
  })

  test('annotates what is wrong in the repository, and fails', async () => {
    const folder = tempFolder({ 'plumbline.yaml': 'version: 1\nmodel: { nane: parcels }\n' })

    const { code, outputs, commands, summary } = await runMain({ inputs: { command: 'validate' }, folder })

    expect(code).toBe(1)
    expect(outputs).toEqual({ verdict: 'diagnosed' })
    expect(commands.join('\n')).toMatch(
      /^::error title=yaml\/unknown-key,file=plumbline\.yaml,line=2,col=10::.*"?nane"?/m,
    )
    expect(summary).toContain('### ✗ validate:')
  })

  test('masks the token before anything else is said', async () => {
    const { commands } = await runMain({ inputs: { command: 'validate', token: 'secret-token', job: 'secret-token' } })

    expect(commands[0]).toBe('::add-mask::secret-token')
  })
})
