import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Command } from '../../action/commands/define-command.ts'
import { init } from '../../action/commands/init.ts'
import { run } from '../../action/commands/run.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { openEngine } from '../../action/data/engine.ts'
import type { Ending } from '../../action/report/ending.ts'
import { contextIn } from '../support/command-context.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'
import type { BadInput } from './bad-input.ts'

/** What was said: of a refusal its code, place (`file:line`), message and remedy; else the report. */
export type Answer =
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly at?: string
      readonly message: string
      readonly remedy: string
    }
  | { readonly kind: 'works'; readonly text: string }

/** Runs a case's command in a folder of its own, in this process. */
export async function lookAt(input: BadInput): Promise<Answer> {
  const folder = input.command === 'init' ? tempFolder() : (await tinyProject({ rows: 40 })).folder
  await writeContents(folder, input)
  return answerOf(await endingOf(input, folder))
}

async function writeContents(folder: string, { command, files, source }: BadInput): Promise<void> {
  if (source !== undefined && command !== 'init')
    writeFileSync(join(folder, 'plumbline.yaml'), tinyYaml.replace('data/*.csv', source))
  await using engine = await openEngine({ threads: 1 })
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof content === 'function') await content(path, engine)
    else writeFileSync(path, content)
  }
}

async function endingOf({ command, source, files }: BadInput, folder: string): Promise<Ending> {
  const context = { ...contextIn(folder), now: () => new Date() }
  const end = (declared: unknown, inputs: Readonly<Record<string, unknown>>) =>
    settle(() => runCommand(declared as Command, inputs, context), context.signal)
  switch (command) {
    case 'init':
      return await end(init, { ...initInputs, data: [source ?? 'data/*'] })
    case 'snapshot':
      return await end(snapshot, { check: 'data.lock.yaml' in files })
    case 'validate':
      return await end(validate, { 'accept-rename': [] })
    case 'run': {
      const pinned =
        'data.lock.yaml' in files ? undefined : await end(snapshot, { check: false, name: undefined, pack: false })
      if (pinned && pinned.kind !== 'done') return pinned
      return await end(run, { job: undefined, data: undefined })
    }
  }
}

const initInputs = {
  target: 'late',
  labels: [],
  exclude: [],
  keep: [],
  format: [],
  force: false,
  'dry-run': false,
  name: 'parcels',
}

function answerOf(ending: Ending): Answer {
  if (ending.kind === 'fault') {
    const { code, message, remedy } = ending.fault
    return { kind: 'refused', code, message, remedy }
  }
  const [first] = ending.kind === 'diagnosed' ? ending.diagnostics : []
  if (!first) return { kind: 'works', text: ending.report?.text ?? '' }
  const { code, file, line, message, remedy = '' } = first
  return { kind: 'refused', code, at: `${file}:${line}`, message, remedy }
}
