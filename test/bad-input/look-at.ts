import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dataFetch } from '../../action/commands/data-fetch.ts'
import type { Command, CommandContext } from '../../action/commands/define-command.ts'
import { drift } from '../../action/commands/drift.ts'
import { init } from '../../action/commands/init.ts'
import { run } from '../../action/commands/run.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { openEngine } from '../../action/data/engine.ts'
import type { Ending } from '../../action/report/ending.ts'
import { contextIn } from '../support/command-context.ts'
import { dataServer, loopbackWeb } from '../support/data-server.ts'
import { hurried } from '../support/land.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'
import type { BadInput } from './bad-input.ts'
import { copyReleased, judgeBesideRelease } from './judge-beside-release.ts'

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
  const needsNoProject = input.command === 'init' || input.command === 'drift'
  const isReleased = input.command === 'drift in project'
  const folder = needsNoProject || isReleased ? tempFolder() : (await tinyProject({ rows: 40 })).folder
  if (isReleased) await copyReleased(folder)
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

async function endingOf(input: BadInput, folder: string): Promise<Ending> {
  const { command, source, files, inputs: more, environment = {} } = input
  const context = { ...contextIn(folder), now: () => new Date(), environment, ...(await remoteOf(input)) }
  const end = (declared: unknown, inputs: Readonly<Record<string, unknown>>) =>
    settle(() => runCommand(declared as Command, inputs, context), context.signal)
  switch (command) {
    case 'init':
      return await end(init, { ...initInputs, data: [source ?? 'data/*'], ...more })
    case 'snapshot':
      return await end(snapshot, { check: 'data.lock.yaml' in files, 'no-fetch': false })
    case 'data fetch':
      return await end(dataFetch, { source: [] })
    case 'drift':
      return await end(drift, { ...driftInputs, ...input.drift })
    case 'drift in project':
      return await settle(() => judgeBesideRelease({ ...context, now: () => input.now ?? new Date() }), context.signal)
    case 'validate':
      return await end(validate, { 'accept-rename': [] })
    case 'run': {
      const pinned = 'data.lock.yaml' in files ? undefined : await end(snapshot, snapshotInputs)
      if (pinned && pinned.kind !== 'done') return pinned
      return await end(run, { job: undefined, data: undefined })
    }
  }
}

/** Whatever address is asked, the case's server answers, as `remote.example` would over https. */
async function remoteOf({ answer, environment = {} }: BadInput): Promise<Partial<CommandContext>> {
  if (!answer) return {}
  const { url } = await dataServer(answer)
  const web = loopbackWeb(hurried.idleMs)
  const toServer = (asked: URL) =>
    asked.hostname === 'remote.example' ? new URL(asked.pathname + asked.search, url) : asked
  return {
    web: { ...web, get: async (asked, ...rest) => await web.get(toServer(asked), ...rest) },
    environment: { ...environment, AWS_ENDPOINT_URL: url },
    patience: hurried,
  }
}

const driftInputs = { reference: 'a.csv', current: 'b.csv', replay: false, above: {}, weight: {} }

const initInputs = {
  target: 'late',
  labels: [],
  exclude: [],
  keep: [],
  format: [],
  join: [],
  on: [],
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
