import { flag, text } from './fields.ts'

/** Inputs that say which run is meant, and where it is looked for, alike for all commands that look back. */
export const runsFields = {
  run: text({
    description: 'A tag, at least 4 digits of a run key, or latest',
    example: 'parcels-v12',
    default: 'latest',
    positional: true,
  }),
  local: flag({ description: 'Only what is in this folder: asks no GitHub for the ledger' }),
}
