import { spawn, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import manifest from '../../package.json' with { type: 'json' }
import { tempFolder } from '../support/temp-folder.ts'

const door = join(packageFolder(), 'dist/cli.js')

function cli(words: readonly string[], options: { readonly nodeWords?: readonly string[] } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(options.nodeWords ?? []), door, ...words], {
    cwd: tempFolder(),
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** The files of dist/ that a command line loads. */
function filesLoadedBy(...words: readonly string[]): readonly string[] {
  const hook = `export async function load(url, context, next) { if (url.startsWith('file:')) process._rawDebug('loads ' + url); return await next(url, context) }`
  const preload = `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}))`
  const { stderr } = cli(words, { nodeWords: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`] })
  return [...stderr.matchAll(/^loads (.*)$/gm)].map(([, url = '']) => fileURLToPath(url))
}

describe('dist/cli.js', () => {
  test('--version prints the version and loads nothing but the door', () => {
    expect(cli(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    expect(filesLoadedBy('--version')).toEqual([door])
  })

  test('--help lists the commands and loads nothing heavy', () => {
    const bytes = filesLoadedBy('--help').reduce((sum, file) => sum + statSync(file).size, 0)

    expect(cli(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('\nmodel\n'), stderr: '' })
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(100_000)
  })

  test('ends well where the reader of its output goes away', async () => {
    const child = spawn(process.execPath, [door, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))

    const status = await new Promise((resolve) => child.on('close', resolve))

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
