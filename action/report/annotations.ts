import type { Diagnostic } from '../base/diagnostic.ts'
import { plainLines, plainText } from './terminal.ts'

/** A mark in the changed files of a pull request, or one without a place. All of it is plain text. */
export interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** GitHub shows no more errors of one step, and no more warnings. */
export const annotationLimit = 10
const longestTitle = 200
const longestMessage = 4000

/** What is wrong with files, as far as GitHub shows it; the last says how many more there are, and where. */
export function diagnosticAnnotations(diagnostics: readonly Diagnostic[]): Annotation[] {
  const shown = diagnostics.length > annotationLimit ? diagnostics.slice(0, annotationLimit - 1) : diagnostics
  const more = diagnostics.length - shown.length
  return [
    ...shown.map(({ code, file, line, column, message, remedy }) =>
      annotation('error', code, remedy === undefined ? message : `${message}\n→ ${remedy}`, { file, line, column }),
    ),
    ...(more > 0 ? [annotation('error', `and ${more} more`, 'All of them are in the job’s summary and log.')] : []),
  ]
}

/** Warnings one by one as they come: each as it is to be marked, undefined where it is left to the log. */
export function warningAnnotations() {
  let count = 0
  return {
    next(message: string): Annotation | undefined {
      count += 1
      return count < annotationLimit ? annotation('warning', 'Plumbline', message) : undefined
    },
    /** How many more there were. */
    last(): Annotation | undefined {
      const more = count - annotationLimit + 1
      if (more <= 0) return undefined
      return annotation('warning', `and ${more} more`, more === 1 ? 'It is in the log.' : 'They are in the log.')
    },
  }
}

/** A mark of one text, such as a fault. */
export function annotation(
  level: Annotation['level'],
  title: string,
  message: string,
  place: Pick<Annotation, 'file' | 'line' | 'column'> = {},
): Annotation {
  return {
    level,
    title: shortened(plainText(title), longestTitle),
    message: shortened(plainLines(message), longestMessage),
    ...place,
    ...(place.file !== undefined && { file: plainText(place.file) }),
  }
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text
}
