import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'

const root = packageFolder()
const workflows = ['.github/workflows', 'template/.github/workflows'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((file) => join(folder, file)),
)

function run(program: string, words: readonly string[]) {
  const path = join(root, '.tools', program)
  if (!existsSync(path)) throw new Error(`Cannot lint the workflows: no ${path}; .ci/run installs it`)
  const { status, stdout, stderr } = spawnSync(path, words, { cwd: root, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

describe('the workflows', () => {
  test.each(workflows)('%s has nothing that actionlint finds', (file) => {
    expect(run('bin/actionlint', [file])).toEqual({ status: 0, said: '' })
  })

  test('have nothing that zizmor finds', () => {
    const { status, said } = run('python/bin/zizmor', ['--offline', '--format', 'plain', ...workflows])

    expect(said).toContain('No findings to report')
    expect(status).toBe(0)
  })
})
