import { describe, expect, test } from 'vitest'

import { parseProject } from '../../action/project/read-project.ts'
import { tinyYaml } from '../support/tiny-project.ts'

/** Put together, so that no scanner takes this file for one that holds secrets. */
const token = ['gh', 'p_', 'a8Kd0zQ2rT7vB4nM1xW9eY6u', 'a8Kd0zQ2rT7v'].join('')

describe('parseProject()', () => {
  test('diagnoses what looks like a secret, with its place, and never shows it', () => {
    const yaml = tinyYaml
      .replace('run: node train.mjs', `run: node train.mjs ${token}`)
      .replace('version: 1', 'version: 1\n# was psql://ada:hunter22@db/x')

    const read = parseProject('/project', yaml)

    const remedy = expect.stringMatching(/^Put the name of a variable under secrets:/)
    expect(read).toEqual({
      ok: false,
      diagnostics: [
        {
          code: 'project/secret',
          file: 'plumbline.yaml',
          line: 2,
          column: 18,
          message:
            'Cannot keep what looks like an address with a password (8 characters) in "plumbline.yaml": git keeps it for ever; expected the name of a variable',
          remedy,
        },
        expect.objectContaining({
          line: 10,
          column: 25,
          message: expect.stringContaining('a GitHub token (ghp_…)'),
          remedy,
        }),
      ],
    })
    expect(JSON.stringify(read)).not.toMatch(/hunter22|a8Kd0z/)
  })

  test('hides it in what else is wrong with its line, also where the file is no YAML', () => {
    for (const yaml of [tinyYaml.replace('gates:', `gate: ${token}\n${token}: 1\ngates:`), `a: {${token}`]) {
      const read = parseProject('/project', yaml)

      if (read.ok) throw new Error('it was read')
      expect(read.diagnostics.map(({ code }) => code)).toContain('project/secret')
      expect(read.diagnostics.length).toBeGreaterThan(1)
      expect(JSON.stringify(read)).not.toContain(token)
    }
  })
})
