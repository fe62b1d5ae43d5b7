import { sha256 } from '../base/sha256.ts'

/** Which rows the candidate answers: those whose hash is below the limit. */
export interface Route {
  readonly salt: string
  /** 8 hexadecimal digits; `limit` and above are the stable release's. */
  readonly limit: string
}

/**
 * A row is dealt by the first 32 bits of SHA-256 over `<salt>\n<id>`, so that it always meets the same model, whatever else
 * is asked with it; and a larger share keeps the rows of a smaller one. The salt is the candidate's: each has other rows.
 * `share` in percent, above 0 and below 100.
 */
export function routeTo(candidate: string, share: number): Route {
  return {
    salt: candidate,
    limit: Math.round((share / 100) * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  }
}

/** Whether the candidate answers a row. `id` as text. */
export function isCandidates({ salt, limit }: Route, id: string): boolean {
  return sha256(`${salt}\n${id}`).slice(0, 8) < limit
}
