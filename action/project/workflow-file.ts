import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isRecord } from '../base/is-record.ts'

import { type DeclaredPermissions, permissionsIn } from './read-job-permissions.ts'

/** A workflow of the repository, as far as its settings can stop the loop. */
export interface WorkflowFile {
  /** `.github/workflows/plumbline.yml` */
  readonly path: string
  /** Its `name:`, else its path. */
  readonly name: string
  /** By event; undefined where the file is no workflow. */
  readonly triggers: Readonly<Record<string, WorkflowTrigger>> | undefined
  readonly jobs: readonly WorkflowJob[]
}

export interface WorkflowTrigger {
  readonly branches: readonly string[] | undefined
  readonly branchesIgnore: readonly string[] | undefined
  readonly paths: readonly string[] | undefined
  readonly pathsIgnore: readonly string[] | undefined
  readonly crons: readonly string[]
  /** Names of the workflows whose end it waits for. */
  readonly workflows?: readonly string[]
}

export interface WorkflowJob {
  readonly id: string
  /** The name under which its check appears: `name:`, else its id. */
  readonly checkName: string
  /** Undefined: neither the job nor the workflow says anything, so that the repository's setting decides. */
  readonly permissions: DeclaredPermissions | undefined
  readonly environment: string | undefined
  /** The label that a price is looked up by; undefined where an expression decides. */
  readonly runner: string | undefined
  /** Names of `secrets.NAME` in it, `GITHUB_TOKEN` left out. */
  readonly secrets: readonly string[]
  /** Names that `env:` of the workflow, the job or a step sets. */
  readonly variables: readonly string[]
  readonly steps: readonly WorkflowStep[]
}

export interface WorkflowStep {
  /** `actions/checkout@v7` */
  readonly uses: string | undefined
  /** The command of a step that runs Plumbline. */
  readonly command: string | undefined
  /** Its other inputs, as texts. */
  readonly inputs: Readonly<Record<string, string>>
}

export const workflowsFolder = '.github/workflows'

/** Those of the tree that is checked out, by path; none where there is no such folder. */
export async function readWorkflowFiles(repositoryFolder: string): Promise<readonly WorkflowFile[]> {
  const folder = join(repositoryFolder, workflowsFolder)
  const names = await readdir(folder).catch(() => [])
  const files: WorkflowFile[] = []
  for (const name of names.filter((one) => /\.ya?ml$/.test(one)).sort()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    files.push(parseWorkflowFile(`${workflowsFolder}/${name}`, text))
  }
  return files
}

export function parseWorkflowFile(path: string, text: string): WorkflowFile {
  const read = parsed(text)
  if (!isRecord(read)) return { path, name: path, triggers: undefined, jobs: [] }
  const jobs = isRecord(read['jobs']) ? Object.entries(read['jobs']) : []
  return {
    path,
    name: textIn(read['name']) ?? path,
    triggers: triggersIn(read['on']),
    jobs: jobs.map(([id, job]) => jobIn(id, isRecord(job) ? job : {}, read, permissionsIn(text, id))),
  }
}

function jobIn(id: string, job: Fields, workflow: Fields, permissions: DeclaredPermissions | undefined): WorkflowJob {
  const steps = (Array.isArray(job['steps']) ? job['steps'] : []).filter(isRecord)
  const named = isRecord(job['environment']) ? job['environment']['name'] : job['environment']
  const words = JSON.stringify([workflow['env'], job])
  return {
    id,
    checkName: textIn(job['name']) ?? id,
    permissions,
    environment: withoutExpression(textIn(named)),
    runner: withoutExpression(textIn(Array.isArray(job['runs-on']) ? job['runs-on'][0] : job['runs-on'])),
    secrets: [...new Set([...words.matchAll(/\bsecrets\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name))].filter(
      (name) => name.toUpperCase() !== 'GITHUB_TOKEN',
    ),
    variables: [workflow, job, ...steps].flatMap(({ env }) => (isRecord(env) ? Object.keys(env) : [])),
    steps: steps.map(stepIn),
  }
}

function stepIn(step: Fields): WorkflowStep {
  const uses = textIn(step['uses'])
  const given = isRecord(step['with']) ? step['with'] : {}
  const inputs = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const text = textIn(value)
      return text === undefined ? [] : [[name, text]]
    }),
  )
  const isOurs = uses !== undefined && (/^[^@]*\bplumbline(?:\/[^@]*)?@/.test(uses) || uses.startsWith('./'))
  return { uses, command: isOurs ? inputs['command'] : undefined, inputs }
}

function triggersIn(on: unknown): WorkflowFile['triggers'] {
  if (typeof on === 'string') return { [on]: triggerIn(null) }
  if (Array.isArray(on)) return Object.fromEntries(on.map((event) => [String(event), triggerIn(null)]))
  if (!isRecord(on)) return undefined
  return Object.fromEntries(Object.entries(on).map(([event, settings]) => [event, triggerIn(settings)]))
}

function triggerIn(settings: unknown): WorkflowTrigger {
  const fields = isRecord(settings) ? settings : {}
  const workflows = textsIn(fields['workflows'])
  const crons = Array.isArray(settings) ? settings.filter(isRecord).map(({ cron }) => textIn(cron) ?? '') : []
  return {
    branches: textsIn(fields['branches']),
    branchesIgnore: textsIn(fields['branches-ignore']),
    paths: textsIn(fields['paths']),
    pathsIgnore: textsIn(fields['paths-ignore']),
    crons,
    ...(workflows && { workflows }),
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  return (Array.isArray(value) ? value : [value]).map(String)
}

function withoutExpression(text: string | undefined): string | undefined {
  return text?.includes('${{') === true ? undefined : text
}
