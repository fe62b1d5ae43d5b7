import { flag } from './fields.ts'

/** Of commands that judge what came in. */
export const record = flag({ description: 'Writes what was judged now to the ledger, where `decide` finds it' })
