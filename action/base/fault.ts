/** Whose it is to mend: the user's file or setting, something remote, or Plumbline itself. */
export type FaultOwner = 'user' | 'remote' | 'bug'

/** Every way in which a command can fail, other than by a verdict or a diagnostic. */
export const faults = {
  'bug/unexpected': 'bug',
  'cli/unknown-command': 'user',
  'cli/unknown-input': 'user',
  'cli/missing-input': 'user',
  'cli/bad-input': 'user',
  'workflow/no-artifact-service': 'user',
  'workflow/artifact': 'remote',
  'workflow/outputs-too-long': 'user',
  'contract/out-of-memory': 'user',
  'contract/timeout': 'user',
  'data/engine-damaged': 'user',
  'data/engine-install': 'remote',
  'data/engine-missing': 'user',
  'data/bad-path': 'user',
  'data/no-files': 'user',
  'data/several-endings': 'user',
  'data/out-of-memory': 'user',
  'data/outside-folder': 'user',
  'data/reader-ended': 'user',
  'data/unknown-format': 'user',
  'data/broken-link': 'user',
  'data/ambiguous-snapshot': 'user',
  'data/name-taken': 'user',
  'data/pack-in-source': 'user',
  'data/unknown-snapshot': 'user',
  'data/would-overwrite': 'user',
  'features/no-child': 'bug',
  'features/out-of-memory': 'user',
  'features/timeout': 'user',
  'source/bad-manifest': 'user',
  'source/database': 'user',
  'source/denied': 'user',
  'source/edited': 'user',
  'source/foreign-file': 'user',
  'source/no-extension': 'user',
  'source/no-name': 'user',
  'source/no-room': 'user',
  'source/no-variable': 'user',
  'source/not-data': 'user',
  'source/not-found': 'user',
  'source/not-run': 'user',
  'source/out-of-memory': 'user',
  'source/redirect': 'user',
  'source/refused': 'user',
  'source/same-name': 'user',
  'source/settings': 'user',
  'source/timeout': 'user',
  'source/unreachable': 'remote',
  'source/wrong-sha256': 'user',
  'store/changed': 'user',
  'store/denied': 'user',
  'store/damaged': 'user',
  'store/lfs-pointer': 'user',
  'store/missing': 'user',
  'store/not-found': 'user',
  'store/not-settled': 'remote',
  'store/refused': 'user',
  'store/settings': 'user',
  'store/no-git': 'user',
  'store/no-push': 'user',
  'store/shallow-clone': 'user',
  'store/shared': 'user',
  'store/unreachable': 'remote',
  'store/unreadable-lock': 'user',
  'init/cannot-join': 'user',
  'init/cannot-learn': 'user',
  'init/exists': 'user',
  'init/unknown-column': 'user',
  interrupted: 'user',
  locked: 'user',
  'project/no-git': 'user',
  'pipeline/cache-folder': 'user',
  'pipeline/degraded': 'user',
  'pipeline/environment': 'user',
  'pipeline/index-unreachable': 'remote',
  'pipeline/missing-result': 'user',
  'pipeline/no-candidate': 'user',
  'pipeline/no-python': 'user',
  'pipeline/no-reads': 'user',
  'pipeline/no-secret': 'user',
  'pipeline/reads-data': 'user',
  'pipeline/reads-outside': 'user',
  'pipeline/setup': 'user',
  'pipeline/unhashed': 'user',
  'pipeline/wrong-hash': 'user',
  'pipeline/wrong-python': 'user',
  'privacy/public-repository': 'user',
  'runs/ambiguous': 'user',
  'runs/unknown': 'user',
  'runs/unknown-metric': 'user',
  'system/refused': 'user',
  'stage/changed-read': 'user',
  'stage/container': 'user',
  'stage/disk-full': 'user',
  'stage/failed': 'user',
  'stage/linked-output': 'user',
  'stage/no-engine': 'user',
  'stage/no-output': 'user',
  'stage/out-of-memory': 'user',
  'stage/over-limit': 'user',
  'stage/secret-in-output': 'user',
  'stage/timeout': 'user',
  'github/bad-answer': 'remote',
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
  'local-github/foreign-folder': 'user',
  'local-github/git': 'user',
  'local-github/newer-state': 'user',
  'local-github/other-repository': 'user',
  'registry/ambiguous-alias': 'user',
  'registry/alias-moved': 'user',
  'registry/bad-alias': 'user',
  'registry/bytes-differ': 'user',
  'registry/bad-asset': 'user',
  'registry/ledger-broken': 'user',
  'registry/not-settled': 'remote',
  'registry/tag-moved': 'user',
  'registry/nothing-committed': 'user',
  'registry/uncommitted': 'user',
  'registry/push': 'remote',
  'registry/no-room': 'user',
  'registry/unknown-subject': 'user',
  'registry/unknown-version': 'user',
  'registry/unreadable-state': 'user',
  'registry/would-overwrite': 'user',
  'rollout/bad-state': 'user',
  'rollout/not-settled': 'remote',
  'rollout/refused': 'user',
  'serving/bad-answers': 'user',
  'serving/cannot-serve': 'user',
  'serving/nothing-live': 'user',
  'retrain/not-settled': 'remote',
  'retrain/uncommitted': 'user',
  'retrain/unstored': 'user',
  'reproduce/checkout': 'user',
  'reproduce/no-commit': 'user',
  'reproduce/not-finished': 'user',
  'reproduce/uncommitted': 'user',
} as const satisfies Record<string, FaultOwner>

export type FaultCode = keyof typeof faults

export interface FaultDetails {
  /** One thing the reader can do next. */
  readonly remedy: string
  /** What is as it was before, where the reader may fear otherwise: `the published release stays as it is`. */
  readonly stays?: string
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
  readonly stays: string | undefined

  constructor(code: FaultCode, message: string, details: FaultDetails) {
    super(message, { cause: details.cause })
    this.code = code
    this.owner = faults[code]
    this.remedy = details.remedy
    this.stays = details.stays
  }
}
