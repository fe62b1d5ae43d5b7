import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../base/fault.ts'
import { packageFolder } from '../base/package-folder.ts'

/** The program of a child process of our own, which is always the built one. */
export function childFile(name: 'sql-child' | 'reader-child' | 'csv-worker' | 'hash-worker' | 'number-worker'): string {
  const file = join(packageFolder(), `dist/${name}.js`)
  if (existsSync(file)) return file
  throw new Fault('features/no-child', `Cannot start a process: "${file}" is not there; expected the built action`, {
    remedy: 'Run npm run build.',
  })
}

/** What a process needs to start, and nothing that the caller was trusted with. */
export function poorEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot']
  const kept = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return { TMPDIR: tmpdir(), ...Object.fromEntries(kept) }
}
