import { spawn } from 'node:child_process'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'

export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** A bare repository on disk, spoken to by git's own plumbing, undisturbed by the user's settings. */
export interface BareRepository {
  readonly folder: string
  readonly run: (
    args: readonly string[],
    input?: string | Uint8Array,
    env?: Record<string, string>,
  ) => Promise<GitAnswer>
  /** Standard output as text without the last line's end; a Fault where git fails. */
  readonly read: (args: readonly string[], input?: string | Uint8Array, env?: Record<string, string>) => Promise<string>
}

/** Opens the bare repository at `folder`, creating it (default branch `main`) where there is none. */
export async function openBareRepository(folder: string): Promise<BareRepository> {
  const repository = at(folder)
  if (!(await isFile(join(folder, 'HEAD')))) await createWhole(folder)
  await removeDeadLocks(folder)
  return repository
}

/** Nothing that lies in the repository's folder is run. */
export const withoutHooks = ['-c', `core.hooksPath=${devNull}`, '-c', 'core.fsmonitor=false']

/** What every git process of the embedded GitHub sees. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: devNull,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...(process.env['SYSTEMROOT'] !== undefined && { SYSTEMROOT: process.env['SYSTEMROOT'] }),
  }
}

function at(folder: string): BareRepository {
  const run: BareRepository['run'] = (args, input, env) =>
    runGit(['--git-dir', folder, '-c', 'core.filesRefLockTimeout=5000', ...withoutHooks, ...args], input, env)
  return {
    folder,
    run,
    read: async (args, input, env) => {
      const { code, stdout, stderr } = await run(args, input, env)
      if (code === 0) return stdout.toString().replace(/\n$/, '')
      throw failed(args, stderr)
    },
  }
}

async function createWhole(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}.${Date.now()}.draft`
  await mkdir(draft, { recursive: true })
  const { code, stderr } = await runGit(['init', '--bare', '--quiet', '--initial-branch=main', draft])
  if (code !== 0) throw failed(['init'], stderr)
  for (const [key, value] of [
    ['receive.fsckObjects', 'true'],
    ['gc.auto', '0'],
    ['receive.autogc', 'false'],
    ['core.logAllRefUpdates', 'true'],
  ] as const) {
    await runGit(['--git-dir', draft, 'config', key, value])
  }
  try {
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!(await isFile(join(folder, 'HEAD')))) throw error
  }
}

/** A killed git leaves `*.lock` files, on which every later write would fail. Git holds one for milliseconds. */
async function removeDeadLocks(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true })
  for (const entry of entries.filter((name) => name.endsWith('.lock'))) {
    const path = join(folder, entry)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > 5000) await rm(path, { force: true })
  }
}

function runGit(
  args: readonly string[],
  input?: string | Uint8Array,
  env?: Record<string, string>,
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env: { ...gitEnvironment(), ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdin.on('error', () => {})
    child.on('error', (cause) => reject(noGit(cause)))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(output), stderr: stderr.trim() }))
    child.stdin.end(input)
  })
}

function noGit(cause: Error): Fault {
  return new Fault('local-github/git', `Cannot start "git": ${cause.message}; expected git 2.30 or newer on the PATH`, {
    remedy: 'Install git.',
    cause,
  })
}

function failed(args: readonly string[], stderr: string): Fault {
  return new Fault(
    'local-github/git',
    `Cannot run "git ${args[0] ?? ''}" for the embedded GitHub: ${stderr}; expected it to succeed`,
    {
      remedy: 'Look at the folder .plumbline/github/repository.git with git fsck.',
    },
  )
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
