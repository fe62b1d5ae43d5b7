import type { Engine } from '../../action/data/engine.ts'
import type { Answer } from '../support/data-server.ts'

/** Text, bytes, or something that writes itself at its absolute path. */
export type Content = string | Uint8Array | ((path: string, engine: Engine) => Promise<void>)

/** A file or setting that is wrong or odd, and what Plumbline says of it. */
export interface BadInput {
  readonly what: string
  readonly command: 'init' | 'snapshot' | 'validate' | 'run' | 'data fetch' | 'drift' | 'drift in project'
  /**
   * Path → content; all but `init` and `drift` start from the tiny project, whose data is `data/parcels.csv`; it is pinned, and
   * `reference.json` what its release learned, where the command is `drift in project`.
   */
  readonly files: Readonly<Record<string, Content>>
  /** The moment it is, for `drift in project`. */
  readonly now?: Date
  /** Replaces `data/*.csv` as the glob. */
  readonly source?: string
  /** Inputs of `init` besides the data and the target. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>
  /** Inputs of `drift`, where it is not `a.csv` beside `b.csv`. */
  readonly drift?: Readonly<Record<string, unknown>>
  /** What the server of the source answers; `SERVER` in `files` is its address. */
  readonly answer?: Answer
  /** Variables of the caller. */
  readonly environment?: Readonly<Record<string, string>>
  /** The diagnostic or fault: its code, its place as `file:line` (a fault has none), its message and its remedy. */
  readonly refused?: { readonly code: string; readonly at?: string; readonly message: RegExp; readonly remedy: RegExp }
  /** It works, and the report says so. */
  readonly works?: RegExp
}

/** Shorthands of the tables. */
export function refused(
  code: string,
  at: string | undefined,
  message: RegExp,
  remedy: RegExp,
): Pick<BadInput, 'refused'> {
  return { refused: { code, ...(at !== undefined && { at }), message, remedy } }
}

export function works(report: RegExp): Pick<BadInput, 'works'> {
  return { works: report }
}
