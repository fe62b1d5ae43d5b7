import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from '../base/cache-folder.ts'
import { withExclusiveLock } from '../base/exclusive-lock.ts'
import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { sha256 } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { Interpreter } from './find-interpreter.ts'
import { runTool, ToolFailed } from './run-tool.ts'

export interface PythonEnvironment {
  /** Holds `python`; goes in front of PATH. */
  readonly binFolder: string
  readonly interpreter: Interpreter
}

const hourMs = 3_600_000
/** An installation may be slow; another process that waits for it may be patient. */
const lockTerms = { longestMs: hourMs, patienceMs: hourMs }

interface Wish {
  /** Text of the hashed requirements file, and its name for messages. */
  readonly requirements: string
  readonly file: string
  readonly interpreter: Interpreter
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * The environment of these requirements, built once for a digest and kept in the cache: by uv where it is on PATH, else
 * by venv and pip; every package by its hash, wheels only, so that nothing of a package runs while it is installed.
 */
export async function pythonEnvironment(wish: Wish): Promise<PythonEnvironment> {
  const { requirements, interpreter, caller } = wish
  refuseUnhashed(wish)
  const digest = sha256(
    `${requirements}\n${interpreter.version} ${interpreter.path} ${process.platform} ${process.arch}`,
  )
  const folder = join(cacheFolder(caller), 'environments', digest.slice(0, 16))
  const binFolder = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin')
  const marker = join(folder, 'plumbline-complete')

  if (!(await exists(marker))) {
    await withExclusiveLock(`${folder}.lock`, { ...lockTerms, signal: wish.signal }, async () => {
      if (await exists(marker)) return
      await rm(folder, { recursive: true, force: true })
      await build(folder, wish)
      await writeWhole(marker, `${digest}\n`)
    })
  }
  return { binFolder, interpreter }
}

/** Number of packages that a requirements file pins. */
export function countPackages(requirements: string): number {
  return requirements.split('\n').filter((line) => /^[A-Za-z0-9]/.test(line)).length
}

async function build(folder: string, wish: Wish): Promise<void> {
  const { interpreter, requirements, progress } = wish
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  progress.started('environment')
  try {
    const installer = await install(folder, wish)
    const detail = `Python ${interpreter.version} · ${countPackages(requirements)} packages · ${installer}, kept for the next time`
    progress.finished('environment', 'done', detail, seconds())
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    progress.finished('environment', 'failed', '', seconds())
    if (error instanceof ToolFailed) throw installFault(wish.file, error)
    throw error
  }
}

/** Says which installer did it. */
async function install(folder: string, { interpreter, requirements, caller, signal, progress }: Wish): Promise<string> {
  const environment = builderEnvironment(caller)
  const list = join(folder, 'plumbline-requirements.txt')
  const tell = (line: string) => progress.update('environment', line)
  const checked = ['--require-hashes', '--only-binary', ':all:']
  await mkdir(join(folder, '..'), { recursive: true })

  const uv = await runTool('uv', ['--version'], { environment, signal }).catch(() => undefined)
  if (uv !== undefined) {
    await runTool('uv', ['venv', '--quiet', '--python', interpreter.path, folder], { environment, signal })
    await writeWhole(list, requirements)
    await runTool('uv', ['pip', 'sync', '--python', folder, ...checked, list], { environment, signal, tell })
    return 'uv'
  }
  await runTool(interpreter.path, ['-m', 'venv', folder], { environment, signal })
  await writeWhole(list, requirements)
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off']
  await runTool(python, [...pip, ...checked, '-r', list], { environment, signal, tell })
  return 'pip'
}

/** Where an installer looks for packages, how it gets out, and what it needs to start. */
const passedToInstaller = [
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|COMSPEC|PATHEXT|LANG|LC_ALL|TMP|TEMP|TMPDIR|NETRC)$/i,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|LD_LIBRARY_PATH)$/,
  /^XDG_(CACHE|CONFIG|DATA)_(HOME|DIRS)$/,
  /^PIP_/,
  /^UV_(?!PUBLISH_)/,
]

/** An allow-list too, though nothing of a package runs: what a log may quote is not worth a secret. */
export function builderEnvironment(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(caller).filter(
    ([name, value]) => value !== undefined && passedToInstaller.some((allowed) => allowed.test(name)),
  )
  return Object.fromEntries(kept) as Record<string, string>
}

/** A line without a hash would only be found after a minute of downloading. */
function refuseUnhashed({ requirements, file }: Wish): void {
  const logicalLines = requirements.replaceAll(/\\\r?\n/g, ' ').split('\n')
  for (const line of logicalLines) {
    const option = /^\s*(--no-binary|--requirement|--constraint|--editable|-[rce])(?![\w-])/.exec(line)?.[1]
    if (option !== undefined) {
      throw new Fault(
        'pipeline/environment',
        `Cannot install the packages of ${file}: it holds the option ${option}; expected wheels by their hashes, all in this file`,
        { remedy: `Lock it without: uv pip compile --generate-hashes requirements.in -o ${file}` },
      )
    }
    if (!/^[A-Za-z0-9]/.test(line) || line.includes('--hash=')) continue
    throw new Fault(
      'pipeline/unhashed',
      `Cannot install "${line.split(/[\s;]/)[0]}" of ${file}: it has no hash; expected --hash=sha256:…`,
      {
        remedy: `Lock it: uv pip compile --generate-hashes requirements.in -o ${file}`,
      },
    )
  }
}

function installFault(file: string, error: ToolFailed): Fault {
  const said = error.lastLines
  if (/hash/i.test(said) && /mismatch|do not match/i.test(said)) {
    const name =
      /(?:for|of) ([A-Za-z0-9._-]+==[0-9][^\s:`]*)/.exec(said)?.[1] ?? /`([A-Za-z0-9._-]+==[^`]+)`/.exec(said)?.[1]
    return new Fault(
      'pipeline/wrong-hash',
      `Cannot install ${name ? `"${name}"` : `the packages of ${file}`}: its bytes have another hash than ${file} says`,
      {
        remedy: `Find out why before anything else; if the package is right, lock it anew: uv pip compile --generate-hashes requirements.in -o ${file}`,
        cause: error,
      },
    )
  }
  return new Fault(
    'pipeline/environment',
    `Cannot install the packages of ${file}: ${said.trim().split('\n').at(-1) ?? 'no reason given'}`,
    {
      remedy: 'Read the lines above; a package without a wheel for this Python and system is the usual cause.',
      cause: error,
    },
  )
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
