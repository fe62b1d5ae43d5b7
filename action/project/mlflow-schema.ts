import { variableName } from './variable-name-schema.ts'
import { z } from './zod.ts'

const address = z
  .string()
  .refine((text) => URL.canParse(text) && isSafeAddress(new URL(text)), {
    error:
      'an address such as https://mlflow.example.org is expected: https, or http on this machine, without user and query',
  })
  .transform((text) => text.replace(/\/+$/, ''))
const alias = z
  .string()
  .regex(
    /^(?!v\d+$|latest$)[a-z][a-z0-9-]{0,39}$/,
    'small letters, digits and -, and neither latest nor v1 are expected',
  )

export const mlflow = z
  .strictObject({
    url: address.describe('Address of the server; without name or password, which `token` is for.'),
    experiment: z.string().min(1).max(250).optional().describe('Where runs are kept there; default: the model’s name.'),
    token: variableName
      .optional()
      .describe('Name of the variable that holds a token, or `user:password`; never the value itself.'),
    alias: alias.default('newest').describe('Alias there of the newest release, beside those of the ledger.'),
  })
  .optional()
  .describe(
    'An MLflow server that is told of runs and releases, after the ledger; what it says or lacks changes nothing here.',
  )

/** A token goes to it: it must not be readable on the way. */
function isSafeAddress({ protocol, hostname, username, password, search, hash }: URL): boolean {
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  const isPlain = username === '' && password === '' && search === '' && hash === ''
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isHere))
}
