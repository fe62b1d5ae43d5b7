import type { validate } from '../../action/commands/validate.ts'

/** `plumbline validate`, without an input. */
export const validateInputs: Parameters<(typeof validate)['run']>[0] = {
  'accept-rename': [],
  suggest: false,
  comment: false,
  patch: undefined,
  junit: undefined,
  environment: undefined,
  'failing-rows': undefined,
}
