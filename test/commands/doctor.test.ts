import { describe, expect, test } from 'vitest'

import { doctor } from '../../action/commands/doctor.ts'
import { setup } from '../../action/commands/setup.ts'
import { plumbline } from '../support/command-line.ts'
import { schemaOf } from '../support/result-schema.ts'
import { contextOf } from '../support/registered-project.ts'
import { tinyProject } from '../support/tiny-project.ts'

describe('doctor', () => {
  test('prints a table that its schema describes, and ends with 2 where something is wrong', async () => {
    const { folder } = await tinyProject()
    const { stdout, code } = await plumbline(folder, ['doctor', '--json'])
    const isValid = schemaOf('doctor')
    expect(isValid(JSON.parse(stdout)) ? [] : isValid.errors).toEqual([])
    expect(code).toBe(2)
    expect(JSON.parse(stdout).result.findings[0]).toMatchObject({ state: 'wrong' })
  })

  test('names the line of a settings file that cannot be read', async () => {
    const { folder } = await tinyProject({ files: { '.github/plumbline-settings.yaml': 'version: 1\nlabel: {}\n' } })
    const diagnosed = { kind: 'diagnosed', diagnostics: [{ file: '.github/plumbline-settings.yaml', line: 2 }] }
    expect(await doctor.run({ strict: false }, contextOf(folder))).toMatchObject(diagnosed)
    expect(await setup.run({ plan: true, apply: false }, contextOf(folder))).toMatchObject(diagnosed)
  })
})

describe('setup', () => {
  test('plans, applies, and has nothing to do again; its schema describes each', async () => {
    const { folder } = await tinyProject()
    const isValid = schemaOf('setup')
    const changes: string[] = []
    for (const mode of ['--plan', '--apply', '--plan']) {
      const { stdout, code } = await plumbline(folder, ['setup', mode, '--json'])
      expect(isValid(JSON.parse(stdout)) ? [] : isValid.errors).toEqual([])
      expect(code).toBe(0)
      changes.push(JSON.parse(stdout).outputs.changes)
    }
    expect(changes).toEqual(['2', '2', '0'])
  })

  test('wants to be told which of the two', async () => {
    const { folder } = await tinyProject()
    await expect(setup.run({ plan: false, apply: false }, contextOf(folder))).rejects.toThrow(/--plan and --apply/)
  })
})
