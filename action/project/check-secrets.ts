import type { Diagnostic } from '../base/diagnostic.ts'
import { maskText } from '../base/mask-secrets.ts'
import { findSecrets } from './find-secrets.ts'

const shownCharacters = 4

/**
 * Diagnoses what looks like a secret in a settings file, which git keeps for ever; also in comments. The value stands in no
 * message, neither in these nor in `others`, which come back in the order of the file.
 */
export function checkSecrets(file: string, text: string, others: readonly Diagnostic[]): readonly Diagnostic[] {
  const found = findSecrets(text)
  if (found.length === 0) return others
  const values = found.map(({ value }) => value).sort((one, other) => other.length - one.length)
  const hide = (words: string) => maskText(words, values)
  const told = others.map((one) => ({
    ...one,
    message: hide(one.message),
    ...(one.remedy !== undefined && { remedy: hide(one.remedy) }),
  }))
  const diagnostics = found.map(({ what, value, offset }): Diagnostic => {
    const before = text.slice(0, offset)
    return {
      code: 'project/secret',
      file,
      line: before.split('\n').length,
      column: offset - before.lastIndexOf('\n'),
      message: `Cannot keep what looks like ${what} (${beginning(value)}) in "${file}": git keeps it for ever; expected the name of a variable`,
      remedy:
        'Put the name of a variable under secrets: of the stage, and the value in the environment; revoke it if others have seen it.',
    }
  })
  return [...told, ...diagnostics].sort((one, other) => one.line - other.line || one.column - other.column)
}

/** Enough to find it, and too little to use it. */
function beginning(value: string): string {
  return value.length < 3 * shownCharacters ? `${value.length} characters` : `${value.slice(0, shownCharacters)}…`
}
