import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../base/cache-folder.ts'
import { Fault } from '../base/fault.ts'
import { sha256, sha256OfFile } from '../base/sha256.ts'
import { duckdbIntegrities, duckdbVersion } from './duckdb-packages.generated.ts'

/** What the loader puts beside the package: file → SHA-256, written once, when npm had checked the package's integrity. */
const sumsFile = 'sums.json'

interface InstallOptions {
  /** Where tools are kept between runs. */
  readonly cacheFolder?: string
  readonly platform?: string
  /** Puts the packages that `package-lock.json` names into the folder. */
  readonly install?: (folder: string) => Promise<void>
}

/**
 * The path of `duckdb.node` in the tool cache, installed by npm where it is not there yet, its bytes checked each time.
 * Killed at any point and run again, it ends the same: a folder gets its final name only when it is whole.
 */
export async function installDuckdb(options: InstallOptions = {}): Promise<string> {
  const platform = options.platform ?? duckdbPlatform()
  const lock = lockOf(platform)
  const parent = join(options.cacheFolder ?? defaultCacheFolder(), `${duckdbVersion}-${sha256(lock).slice(0, 12)}`)
  const folder = join(parent, platform)
  if (!existsSync(folder)) await installInto(folder, platform, lock, options.install ?? npmInstall)
  await checkSums(folder, platform)
  return join(packageFolderIn(folder, platform), 'duckdb.node')
}

/** As DuckDB names its packages: `linux-x64`, `linux-x64-musl`, `darwin-arm64` … */
export function duckdbPlatform(): string {
  const platform = `${process.platform}-${process.arch}`
  return process.platform === 'linux' && isMusl() ? `${platform}-musl` : platform
}

function defaultCacheFolder(): string {
  return join(cacheFolder(process.env), 'duckdb')
}

async function installInto(
  folder: string,
  platform: string,
  lock: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  const draft = `${folder}.${process.pid}-${randomUUID()}.draft`
  try {
    await mkdir(draft, { recursive: true })
    await writeFile(join(draft, 'package.json'), JSON.stringify(manifestOf(platform)))
    await writeFile(join(draft, 'package-lock.json'), lock)
    await install(draft)
    await writeFile(join(draft, sumsFile), JSON.stringify(await sumsOf(packageFolderIn(draft, platform))))
    await renameUnlessThere(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Two installs at once make the same folder: the later one yields. */
async function renameUnlessThere(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder)
  } catch (error) {
    if (!existsSync(join(folder, sumsFile))) throw error
  }
}

async function npmInstall(folder: string): Promise<void> {
  const isWindows = process.platform === 'win32'
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  try {
    await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', flags, { cwd: folder, shell: isWindows })
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = isMissing ? 'npm is not on PATH' : lastLines(cause)
    throw new Fault(
      'data/engine-install',
      `Cannot install "DuckDB ${duckdbVersion}": ${reason}; expected npm to do it`,
      {
        remedy: isMissing
          ? 'Put npm (it comes with Node) on PATH; on a runner, add actions/setup-node before this step.'
          : 'Check that npm reaches its registry (npm ping), then run again.',
        cause,
      },
    )
  }
}

async function checkSums(folder: string, platform: string): Promise<void> {
  const packageFolder = packageFolderIn(folder, platform)
  let isWhole = false
  try {
    const recorded: unknown = JSON.parse(await readFile(join(folder, sumsFile), 'utf8'))
    isWhole = JSON.stringify(recorded) === JSON.stringify(await sumsOf(packageFolder))
  } catch {
    // No sums, or no package: not what the install left.
  }
  if (isWhole) return
  throw new Fault('data/engine-damaged', `Cannot load "DuckDB ${duckdbVersion}": its files are not those installed`, {
    remedy: `Delete ${folder} and run again: it is installed anew.`,
  })
}

async function sumsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const sums = await Promise.all(names.map(async (name) => [name, await sha256OfFile(join(folder, name))] as const))
  return Object.fromEntries(sums)
}

function lockOf(platform: string): string {
  const integrity = duckdbIntegrities[platform]
  if (!integrity) {
    const known = Object.keys(duckdbIntegrities).join(', ')
    throw new Fault('data/engine-missing', `Cannot use DuckDB on "${platform}": there is no build; expected ${known}`, {
      remedy: 'Run on one of these platforms.',
    })
  }
  const packages = {
    '': manifestOf(platform),
    [`node_modules/${packageName(platform)}`]: { version: duckdbVersion, integrity },
  }
  return JSON.stringify({ ...manifestOf(platform), lockfileVersion: 3, requires: true, packages })
}

function manifestOf(platform: string) {
  return { name: 'plumbline-duckdb', version: '1.0.0', dependencies: { [packageName(platform)]: duckdbVersion } }
}

function packageFolderIn(folder: string, platform: string): string {
  return join(folder, 'node_modules', packageName(platform))
}

function packageName(platform: string): string {
  return `@duckdb/node-bindings-${platform}`
}

const loaderNames: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** Node's own report, which takes a while, names glibc's version where there is one; without its loader there is no musl. */
function isMusl(): boolean {
  const loader = loaderNames[process.arch]
  if (loader !== undefined && !existsSync(`/lib/ld-musl-${loader}.so.1`)) return false
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return report.header.glibcVersionRuntime === undefined
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  return (stderr || message).trim().split('\n').slice(-3).join(' ')
}
