import { Fault } from '../../base/fault.ts'

/** What GitHub told, or why it did not tell this token. */
export type Seen<T> = { readonly kind: 'seen'; readonly value: T } | Unseen

export interface Unseen {
  readonly kind: 'unseen'
  /** `GitHub answers 403; it takes administration: read` */
  readonly why: string
}

export function seen<T>(value: T): Seen<T> {
  return { kind: 'seen', value }
}

export function unseen(why: string): Unseen {
  return { kind: 'unseen', why }
}

/** The refusals that say nothing about the setting; anything else that goes wrong is thrown. */
const refusals: ReadonlySet<string> = new Set(['github/forbidden', 'github/not-found', 'github/unsupported'])

/** `takes`: the documented permission, `administration: read`. */
export async function see<T>(takes: string, ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return seen(await ask())
  } catch (error) {
    if (!(error instanceof Fault) || !refusals.has(error.code)) throw error
    if (error.code === 'github/unsupported') return unseen('this GitHub does not tell')
    const status = error.code === 'github/forbidden' ? 403 : 404
    return unseen(`GitHub answers ${status}; it takes ${takes}`)
  }
}

/** Private repositories of the Free plan are told so where a feature is not theirs. */
export function isForUpgrade(error: unknown): boolean {
  return error instanceof Fault && error.code === 'github/forbidden' && /\bUpgrade to\b/i.test(error.message)
}
