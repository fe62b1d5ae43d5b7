import type { validate } from '../../action/commands/validate.ts'

/** `plumbline validate`, without an input. */
export const validateInputs: Parameters<(typeof validate)['run']>[0] = {
  'accept-rename': [],
  junit: undefined,
  environment: undefined,
  'failing-rows': undefined,
}
