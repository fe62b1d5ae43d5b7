import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { Fault } from '../base/fault.ts'
import { isRecord } from '../base/is-record.ts'
import type { InputDrift } from './performance-found.ts'

/** What `plumbline drift --json` said, from the file that it was written to. Throws `cli/bad-input` where it is none. */
export async function readInputDrift(folder: string, named: string): Promise<InputDrift> {
  const text = await readFile(resolve(folder, named), 'utf8').catch(() => undefined)
  const drift = text === undefined ? undefined : inputDriftIn(text)
  if (drift) return drift
  throw new Fault(
    'cli/bad-input',
    `Cannot read "${named}": ${text === undefined ? 'there is no such file' : 'it is no result of drift'}; expected what plumbline drift --json prints`,
    { remedy: `plumbline drift --reference OLD --current NEW --json > ${named}` },
  )
}

/** Undefined where the text is no result of drift. */
export function inputDriftIn(text: string): InputDrift | undefined {
  const result = resultIn(text)
  if (!isRecord(result) || !Array.isArray(result['columns'])) return undefined
  const columns = result['columns'].filter(isRecord)
  const drifted = columns.filter(({ verdict }) => verdict === 'drift' || verdict === 'vanished')
  const names = drifted.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  switch (result['verdict']) {
    case 'drift':
      return { kind: 'drift', columns: names }
    case 'no drift':
    case 'notable':
      return { kind: 'none' }
    case 'insufficient data':
      return { kind: 'unknown', why: 'too little data to say whether inputs drift' }
    default:
      return undefined
  }
}

function resultIn(text: string): unknown {
  try {
    const whole: unknown = JSON.parse(text)
    return isRecord(whole) && isRecord(whole['result']) ? whole['result'] : whole
  } catch {
    return undefined
  }
}
