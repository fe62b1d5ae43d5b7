import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { readProject } from '../../action/project/read-project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const yaml = `version: 1
model: { name: price, task: regression, target: y }
data: { source: data/*.csv, contract: terms/contract.yaml }
environment: { python: requirements.txt }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: x, out: { model: model/ } }
  predict: { needs: [features, train], run: x }
`
const files = { 'plumbline.yaml': yaml, 'features.sql': '', 'requirements.txt': '', 'terms/contract.yaml': '' }

async function codes(folder: string): Promise<string[]> {
  const read = await readProject(folder)
  return read.ok ? [] : read.diagnostics.map(({ code, message }) => `${code} ${/"([^"]+)"/.exec(message)?.[1]}`)
}

describe('checkPlaces()', () => {
  test('takes a link inside the folder, and a .plumbline that is ignored', async () => {
    const folder = tempFolder({ ...files, 'sql/v2.sql': '', '.gitignore': '.plumbline/\n', '.plumbline/runs/x': '' })
    rmSync(join(folder, 'features.sql'))
    symlinkSync('sql/v2.sql', join(folder, 'features.sql'))
    execFileSync('git', ['init', '--quiet', folder])
    execFileSync('git', ['-C', folder, 'add', '.'])

    expect(await codes(folder)).toEqual([])
  })

  test.each(['plumbline.yaml', 'features.sql', 'requirements.txt', 'terms/contract.yaml'])(
    'refuses %s as a link to a file elsewhere',
    async (path) => {
      const elsewhere = tempFolder({ secret: yaml })
      const folder = tempFolder(files)
      rmSync(join(folder, path))
      symlinkSync(join(elsewhere, 'secret'), join(folder, path))

      expect(await codes(folder)).toEqual([`project/linked-outside ${path}`])
    },
  )

  test('refuses a folder that is a link to one elsewhere', async () => {
    const folder = tempFolder(files)
    rmSync(join(folder, 'terms'), { recursive: true })
    symlinkSync(tempFolder({ 'contract.yaml': '' }), join(folder, 'terms'))

    expect(await codes(folder)).toEqual(['project/linked-outside terms/contract.yaml'])
  })

  test('refuses a .plumbline that is a link', async () => {
    const folder = tempFolder(files)
    symlinkSync(tempFolder(), join(folder, '.plumbline'))

    expect(await codes(folder)).toEqual(['project/own-folder .plumbline'])
  })

  test('refuses results that the repository brings along', async () => {
    const folder = tempFolder(files)
    writeFiles(folder, { '.plumbline/stages/gate/0/result.json': '{}' })
    execFileSync('git', ['init', '--quiet', folder])
    execFileSync('git', ['-C', folder, 'add', '.'])

    expect(await codes(folder)).toEqual(['project/own-folder .plumbline'])
  })
})
