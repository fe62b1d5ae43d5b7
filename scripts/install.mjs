// Installs the npm packages where they are missing or package-lock.json has changed since; run before anything else.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.plumbline-lock')

/** Leaves node_modules as package-lock.json says. Ends the process with npm's exit code where npm fails. */
export function installIfNeeded() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (isInstalled(lock)) return
  console.log('Installing the npm packages of package-lock.json …')
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error !== undefined)
    console.error(`Cannot run npm: ${error.message}; expected it beside node. Install Node with npm.`)
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(stamp, lock)
}

function isInstalled(lock) {
  if (!existsSync(modules)) return false
  // Linked from elsewhere: whoever linked it answers for it.
  if (lstatSync(modules).isSymbolicLink()) return true
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lock
  return isInstalledByHand()
}

/** After a plain `npm ci`, npm's own note of what it installed tells whether it was of this lock. */
function isInstalledByHand() {
  const note = join(modules, '.package-lock.json')
  if (!existsSync(note)) return false
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    return path === '' || optional === true || installed[path]?.version === version
  })
}
