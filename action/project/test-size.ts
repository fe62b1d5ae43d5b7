import { parseDuration } from '../base/duration.ts'
import type { TestSize } from './project.ts'

/** `30d`, `1000 rows`, `0.2` or `from:2018`; undefined where the text is none of them. */
export function parseTestSize(text: string): TestSize | undefined {
  const from = /^from:\s*(.+)$/.exec(text.trim())?.[1]
  if (from !== undefined) return { kind: 'from', value: from.trim() }

  const rows = /^(\d+) ?rows?$/.exec(text.trim())?.[1]
  if (rows !== undefined) return Number(rows) > 0 ? { kind: 'rows', rows: Number(rows) } : undefined

  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs > 0 ? { kind: 'duration', durationMs } : undefined

  const fraction = Number(text)
  return text.trim() !== '' && fraction > 0 && fraction < 1 ? { kind: 'fraction', fraction } : undefined
}
