import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, onTestFinished, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { git } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

interface Served {
  readonly result: { readonly repository: string; readonly webUrl: string; readonly apiUrl: string }
  /** Asks it to stop, as Ctrl-C does: the exit code. */
  readonly interrupt: () => Promise<number | null>
  readonly told: () => string
}

/** Starts the built command and waits for the JSON that it prints when it is ready. */
async function serve(folder: string, ...words: string[]): Promise<Served> {
  const child = spawn(process.execPath, [cli, 'github', '--json', ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  for await (const chunk of child.stdout) {
    stdout += String(chunk)
    if (stdout.endsWith('}\n')) break
  }
  const { result } = JSON.parse(stdout)
  const interrupt = async () => {
    child.kill('SIGINT')
    const [code] = await ended
    return code
  }
  return { result, interrupt, told: () => stderr }
}

async function repository(): Promise<string> {
  const folder = tempFolder()
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'First')
  return folder
}

describe('plumbline github', () => {
  test('prints where it serves, tells what is done there, and ends well on Ctrl-C', async () => {
    const folder = await repository()
    const { result, interrupt, told } = await serve(folder)
    const { token } = JSON.parse(await readFile(join(folder, '.plumbline/github/state.json'), 'utf8'))
    const made = await fetch(`${result.apiUrl}/repos/${result.repository}/issues`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ title: 'Late labels' }),
    })
    expect(made.status).toBe(201)

    const entered = await fetch(result.webUrl, { redirect: 'manual' })
    const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const origin = new URL(result.webUrl).origin
    const issue = `${origin}/${result.repository}/issues/1`
    const page = await (await fetch(issue, { headers: { cookie } })).text()
    expect(page).toContain('Late labels')
    const body = new URLSearchParams({ token: /name="token" value="([^"]*)"/.exec(page)?.[1] ?? '', state: 'closed' })
    await fetch(`${issue}/state`, { method: 'POST', headers: { cookie, origin }, body })
    await expect.poll(told, { timeout: 10_000 }).toMatch(/\d\d:\d\d:\d\d #1 closed/)

    expect(await interrupt()).toBe(0)
    await expect(fetch(result.webUrl)).rejects.toThrow('fetch failed')
  })

  test('says that a port is taken', async () => {
    const { result, interrupt } = await serve(await repository())
    const { port } = new URL(result.webUrl)
    const { code, stdout } = await plumbline(await repository(), ['github', '--port', port, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).fault).toMatchObject({ code: 'local-github/port-taken', owner: 'user' })
    await interrupt()
  })
})
