import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isRecord } from '../base/is-record.ts'

/** What a job's `GITHUB_TOKEN` may, by the names of a workflow: `contents: write`. What is not in it, it may not. */
export type DeclaredPermissions = Readonly<Record<string, 'read' | 'write' | 'none'>>

const all = ['actions', 'checks', 'contents', 'deployments', 'issues', 'pull-requests', 'statuses']

/**
 * What the job that runs declares in its workflow's file, in the checked-out tree. Undefined where that does not tell: there
 * is no such file or job here, or neither the job nor the workflow says anything, so that a setting decides.
 */
export async function readJobPermissions(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DeclaredPermissions | undefined> {
  const { GITHUB_WORKSPACE: folder, GITHUB_WORKFLOW_REF: workflow, GITHUB_JOB: job } = environment
  const [, path] = /^[^/]+\/[^/]+\/(\.github\/workflows\/[^/@]+\.ya?ml)@/.exec(workflow ?? '') ?? []
  if (!folder || !job || path === undefined) return undefined
  try {
    return permissionsIn(await readFile(join(folder, path), 'utf8'), job)
  } catch {
    return undefined
  }
}

/** The permissions of a job in a workflow's text; throws where the text is no YAML. */
export function permissionsIn(workflow: string, job: string): DeclaredPermissions | undefined {
  const read: unknown = parse(workflow)
  if (!isRecord(read) || !isRecord(read['jobs'])) return undefined
  const found = read['jobs'][job]
  if (!isRecord(found)) return undefined
  return grantsOf(found['permissions'] ?? read['permissions'])
}

/** `read-all`, `write-all`, or a level a permission. */
function grantsOf(declared: unknown): DeclaredPermissions | undefined {
  if (declared === 'read-all' || declared === 'write-all') {
    const level = declared === 'read-all' ? 'read' : 'write'
    return Object.fromEntries(all.map((name) => [name, level]))
  }
  if (!isRecord(declared)) return undefined
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, level]) => (isLevel(level) ? [[name, level]] : [])),
  )
}

function isLevel(value: unknown): value is 'read' | 'write' | 'none' {
  return value === 'read' || value === 'write' || value === 'none'
}
