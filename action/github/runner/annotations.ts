import type { Diagnostic } from '../../base/diagnostic.ts'

/** GitHub shows no more errors of one step. */
const annotationLimit = 10

/** Marks each diagnostic in the changed files of a pull request, as far as GitHub shows them; the log says how many more. */
export async function annotate(diagnostics: readonly Diagnostic[], log: (line: string) => void): Promise<void> {
  const { error } = await import('@actions/core')
  for (const { code, file, line, column, message, remedy } of diagnostics.slice(0, annotationLimit)) {
    error(remedy === undefined ? message : `${message}\n→ ${remedy}`, {
      title: code,
      file,
      startLine: line,
      startColumn: column,
    })
  }
  const more = diagnostics.length - annotationLimit
  if (more > 0) log(`and ${more} more; all are in the job summary`)
}

/** Marks what stopped the step, without a place. */
export async function annotateFault(title: string, message: string): Promise<void> {
  const { error } = await import('@actions/core')
  error(message, { title })
}
