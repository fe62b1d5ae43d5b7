import { requiredText } from './fields.ts'

/** How a version is named, alike for all commands that ask for one. */
export const versionWords = 'A tag, a model (its newest release), its version or an alias'

export const registryFields = {
  version: requiredText({ description: versionWords, example: 'parcels-v12', positional: true }),
}
