import type { Diagnostic } from '../base/diagnostic.ts'
import type { Place, YamlPath } from './read-yaml.ts'

/** Where the parts of a contract stand, and what is wrong with them, while it is read. */
export interface ContractNotes {
  readonly diagnostics: readonly Diagnostic[]
  lineOf(path: YamlPath): number
  complain(path: YamlPath, message: string, remedy: string): void
  /** For what the standard allows and Plumbline does not do: said, never skipped. */
  refuseYet(path: YamlPath, what: string, remedy: string): void
}

export function takeNotes(file: string, placeOf: (path: YamlPath) => Place): ContractNotes {
  const diagnostics: Diagnostic[] = []
  const note = (code: string, path: YamlPath, message: string, remedy: string): void => {
    diagnostics.push({ code, file, ...placeOf(path), message, remedy })
  }
  return {
    diagnostics,
    lineOf: (path) => placeOf(path).line,
    complain: (path, message, remedy) => note('contract/value', path, message, remedy),
    refuseYet: (path, what, remedy) => {
      note('contract/not-supported', path, `Cannot check ${what}: Plumbline does not support it yet`, remedy)
    },
  }
}
