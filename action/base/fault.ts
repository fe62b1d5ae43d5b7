/** Whose it is to mend: the user's file or setting, something remote, or Plumbline itself. */
export type FaultOwner = 'user' | 'remote' | 'bug'

/** Every way in which a command can fail, other than by a verdict or a diagnostic. */
export const faults = {
  'bug/unreachable': 'bug',
  'cli/unknown-command': 'user',
  'cli/unknown-input': 'user',
  'cli/missing-input': 'user',
  'cli/bad-input': 'user',
  'data/engine-damaged': 'user',
  'data/engine-install': 'remote',
  'data/engine-missing': 'user',
  'data/no-files': 'user',
  'data/outside-folder': 'user',
  'data/unknown-format': 'user',
  interrupted: 'user',
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
