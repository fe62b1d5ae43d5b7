/** Whose it is to mend: the user's file or setting, something remote, or Plumbline itself. */
export type FaultOwner = 'user' | 'remote' | 'bug'

/** Every way in which a command can fail, other than by a verdict or a diagnostic. */
export const faults = {
  'bug/unreachable': 'bug',
  'cli/unknown-command': 'user',
  'cli/unknown-input': 'user',
  'cli/missing-input': 'user',
  'cli/bad-input': 'user',
  interrupted: 'user',
  'github/no-token': 'user',
  'github/bad-environment': 'user',
  'github/unreachable': 'remote',
  'github/unauthorized': 'user',
  'github/forbidden': 'user',
  'github/not-found': 'user',
  'github/conflict': 'remote',
  'github/refused': 'remote',
  'github/rate-limited': 'remote',
  'github/unsupported': 'remote',
  'local-github/corrupt-state': 'user',
  'local-github/git': 'user',
  'local-github/locked': 'user',
  'local-github/other-repository': 'user',
  'registry/bytes-differ': 'user',
  'registry/bad-asset': 'user',
  'registry/ledger-broken': 'user',
  'registry/not-settled': 'remote',
  'registry/tag-moved': 'user',
} as const satisfies Record<string, FaultOwner>

export type FaultCode = keyof typeof faults

export interface FaultDetails {
  /** One thing the reader can do next. */
  readonly remedy: string
  readonly cause?: unknown
}

/**
 * Stops a command. `message` follows one shape: Cannot <action> "<thing>": <state>; expected <state>.
 * Thrown anywhere, caught only by the doors.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly owner: FaultOwner
  readonly remedy: string

  constructor(code: FaultCode, message: string, details: FaultDetails) {
    super(message, { cause: details.cause })
    this.code = code
    this.owner = faults[code]
    this.remedy = details.remedy
  }
}
