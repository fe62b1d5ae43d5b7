import type { snapshot } from '../../action/commands/snapshot.ts'

/** `plumbline snapshot`, without an input. */
export const snapshotInputs: Parameters<(typeof snapshot)['run']>[0] = {
  check: false,
  as: undefined,
  pack: false,
  push: false,
  'no-fetch': false,
}
