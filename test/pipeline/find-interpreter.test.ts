import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** A program that answers as a Python of this version does, from where it really is, and counts how often it was asked. */
function python(file: string, version: string): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho asked >> "$0.asked"\necho "$0"\necho ${version}\n`)
  chmodSync(file, 0o755)
  return file
}

function timesAsked(file: string): number {
  return readFileSync(`${file}.asked`, 'utf8').trim().split('\n').length
}

function place() {
  const root = tempFolder()
  const environment = { HOME: join(root, 'home'), PATH: join(root, 'bin'), PLUMBLINE_CACHE: join(root, 'cache') }
  return { root, environment }
}

describe('findInterpreter()', () => {
  test.each([
    ['on PATH under its own name', 'bin/python3.12', {}],
    ['on PATH as python3', 'bin/python3', {}],
    ['on PATH as python', 'bin/python', {}],
    ['in the tool cache', `tools/Python/3.12.4/${process.arch}/bin/python3`, { RUNNER_TOOL_CACHE: 'tools' }],
    [
      'in the tool cache of an agent',
      `tools/Python/3.12.4/${process.arch}/bin/python3`,
      { AGENT_TOOLSDIRECTORY: 'tools' },
    ],
    ['in pyenv’s folder', 'home/.pyenv/versions/3.12.4/bin/python3', {}],
    ['in another folder of pyenv', 'p/versions/3.12.4/bin/python3', { PYENV_ROOT: 'p' }],
    ['among uv’s', 'home/.local/share/uv/python/cpython-3.12.4-linux-x86_64-gnu/bin/python3', {}],
    ['among uv’s, elsewhere', 'u/cpython-3.12.4-linux-x86_64-gnu/bin/python3', { UV_PYTHON_INSTALL_DIR: 'u' }],
  ])('finds the wanted one %s', async (_, path, folders) => {
    const { root, environment } = place()
    const file = python(join(root, path), '3.12.4')
    const named = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(root, folder)]))

    const found = await findInterpreter({ ...environment, ...named }, '3.12')

    expect(found).toEqual({ path: file, version: '3.12.4' })
  })

  test('takes the newest of several, and none that is still a candidate', async () => {
    const { root, environment } = place()
    for (const version of ['3.12.9', '3.12.10', '3.12.11rc1', '3.13.1']) {
      python(join(root, 'home/.pyenv/versions', version, 'bin/python3'), version)
    }

    expect((await findInterpreter(environment, '3.12')).version).toBe('3.12.10')
  })

  test('goes on after a program that is no Python', async () => {
    const { root, environment } = place()
    writeFileSync(python(join(root, 'bin/python3.12'), ''), '#!/bin/sh\necho broken; exit 1\n')
    python(join(root, 'bin/python3'), '3.12.4')

    expect((await findInterpreter(environment, '3.12')).version).toBe('3.12.4')
  })

  test('asks an interpreter once, and again when its file is another', async () => {
    const { root, environment } = place()
    const file = python(join(root, 'bin/python3'), '3.12.4')
    await findInterpreter(environment, undefined)
    await findInterpreter(environment, undefined)
    expect(timesAsked(file)).toBe(1)

    python(file, '3.12.5')
    utimesSync(file, 1, 1)

    expect((await findInterpreter(environment, undefined)).version).toBe('3.12.5')
    expect(timesAsked(file)).toBe(2)
  })

  test.each(['not JSON', '[]', 'null', '{"/bin/python3":{"version":"9"}}'])(
    'asks where what it knows is spoilt: %s',
    async (text) => {
      const { root, environment } = place()
      python(join(root, 'bin/python3'), '3.12.4')
      mkdirSync(environment.PLUMBLINE_CACHE)
      writeFileSync(join(environment.PLUMBLINE_CACHE, 'interpreters.json'), text)

      expect((await findInterpreter(environment, undefined)).version).toBe('3.12.4')
    },
  )

  test('always asks what starts another program, which may start a third next time', async () => {
    const { root, environment } = place()
    const real = python(join(root, 'real/python3'), '3.12.4')
    const shim = join(root, 'bin/python3')
    mkdirSync(dirname(shim))
    writeFileSync(shim, `#!/bin/sh\nexec ${real} "$@"\n`)
    chmodSync(shim, 0o755)

    await findInterpreter(environment, undefined)
    await findInterpreter(environment, undefined)

    expect(timesAsked(real)).toBe(2)
  })

  test.each([
    ['PYENV_VERSION', { PYENV_VERSION: '3.12.4' }, undefined, undefined],
    ['the folder’s file', {}, '3.12.4\n', '3.11.1\n'],
    ['the second of a list', {}, undefined, '3.13.0\n3.12.4\n'],
    ['pyenv’s own file', {}, undefined, '3.12.4\n'],
  ])('starts what pyenv’s shim would, without the shim: by %s', async (_, variables, local, global) => {
    const { root, environment } = place()
    const shim = python(join(root, 'pyenv/shims/python3'), '3.9.9')
    const chosen = python(join(root, 'pyenv/versions/3.12.4/bin/python3'), '3.12.4')
    python(join(root, 'pyenv/versions/3.11.1/bin/python3'), '3.11.1')
    mkdirSync(join(root, 'pyenv/versions/3.13.0/bin'), { recursive: true })
    mkdirSync(join(root, 'project'))
    if (local !== undefined) writeFileSync(join(root, 'project/.python-version'), local)
    if (global !== undefined) writeFileSync(join(root, 'pyenv/version'), global)
    const caller = { ...environment, ...variables, PATH: dirname(shim) }

    expect((await findInterpreter(caller, undefined, join(root, 'project'))).path).toBe(chosen)
  })

  test('passes a shim over where pyenv leaves the choice to the system', async () => {
    const { root, environment } = place()
    const shim = python(join(root, 'pyenv/shims/python3'), '3.9.9')
    mkdirSync(join(root, 'pyenv/versions'))
    const file = python(join(root, 'bin/python3'), '3.12.4')

    const caller = { ...environment, PYENV_VERSION: 'system', PATH: `${dirname(shim)}:${environment.PATH}` }

    expect((await findInterpreter(caller, undefined)).path).toBe(file)
  })

  test('keeps the path of a virtual environment, not of what it links to', async () => {
    const { root, environment } = place()
    const real = python(join(root, 'real/python3'), '3.12.4')
    mkdirSync(environment.PATH)
    symlinkSync(real, join(environment.PATH, 'python3'))

    expect((await findInterpreter(environment, undefined)).path).toBe(join(environment.PATH, 'python3'))
  })

  test('says where it looked and how to get one where there is none', async () => {
    const { root, environment } = place()

    await expect(findInterpreter(environment, '3.12')).rejects.toMatchObject({
      code: 'pipeline/no-python',
      message: `Cannot run the stages: no Python in PATH, ${join(root, 'home/.pyenv/versions')}, ${join(root, 'home/.local/share/uv/python')}; expected Python 3.12`,
      remedy: 'Install it: uv python install 3.12; in a workflow, add a setup-python step with python-version: "3.12".',
    })
  })

  test('says which versions it found where none is the wanted one', async () => {
    await expect(findInterpreter({ ...process.env, PLUMBLINE_CACHE: tempFolder() }, '3.99')).rejects.toMatchObject({
      code: 'pipeline/wrong-python',
      message: expect.stringMatching(/found Python 3\.\d+\.\d+ .*expected Python 3\.99/),
    })
  })
})
