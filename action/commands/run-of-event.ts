import { readFile } from 'node:fs/promises'

import { Fault } from '../base/fault.ts'
import { isRecord } from '../base/is-record.ts'

/** Number of the run that the event `workflow_run` is about. Fault `cli/missing-input` where that is not what happened. */
export async function runOfEvent(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path = '' } = environment
  const event = name === 'workflow_run' ? await readJson(path) : undefined
  const run = isRecord(event) && isRecord(event['workflow_run']) ? event['workflow_run']['id'] : undefined
  if (typeof run === 'number' && Number.isSafeInteger(run) && run > 0) return run
  const state = name === undefined ? 'no run is named' : `the event "${name}" is about no run`
  throw new Fault('cli/missing-input', `Cannot comment: ${state}; expected the event workflow_run, or a run’s number`, {
    remedy: 'For example: plumbline comment --workflow-run 8812',
  })
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
