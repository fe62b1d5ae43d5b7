import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { packageFolder } from '../base/package-folder.ts'
import { writeAll } from '../base/write-all.ts'
import { joinedContractPath, type StarterTemplates, starterPaths } from './starter.ts'

/** The texts that every project starts from, out of Plumbline's own `template/`. */
export async function readTemplates(): Promise<StarterTemplates> {
  const read = (path: string) => readFile(join(packageFolder(), 'template', path), 'utf8')
  return {
    train: await read('train.py'),
    predict: await read('predict.py'),
    requirements: await read('requirements.txt'),
    requirementsSource: await read('requirements.in'),
    workflow: await read('.github/workflows/plumbline.yml'),
    commentWorkflow: await read('.github/workflows/comment.yml'),
  }
}

/** Throws `init/exists` with all that would be lost. */
export function refuseOverwriting(folder: string, joined: readonly string[] = []): void {
  const there = [...starterPaths, ...joined.map(joinedContractPath)].filter((path) => existsSync(join(folder, path)))
  if (there.length === 0) return
  throw new Fault(
    'init/exists',
    `Cannot write "${there.join('", "')}": ${there.length === 1 ? 'it is' : 'they are'} there already; expected a new project`,
    {
      remedy: 'Move them away, or add --force to overwrite them.',
      stays: 'nothing was written',
    },
  )
}

/** Writes the files, and makes git ignore what Plumbline keeps beside them. Returns the paths written. */
export async function writeStarter(folder: string, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const ignored = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '')
  const all = new Map(files)
  if (!ignored.split(/\r?\n/).some((line) => /^\/?\.plumbline\/?$/.test(line.trim()))) {
    const end = ignored === '' || ignored.endsWith('\n') ? '' : '\n'
    all.set('.gitignore', `${ignored}${end}.plumbline/\n`)
  }
  await writeAll(new Map([...all].map(([path, text]) => [join(folder, path), text])))
  return [...all.keys()]
}
