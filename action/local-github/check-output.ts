import { fieldsOf, listOf, oneOf } from './body-fields.ts'
import { type Fields, optionalText, requiredText } from './exchange.ts'
import { invalidRequest } from './refusal.ts'
import type { StoredAnnotation } from './stored-checks.ts'

export interface CheckOutput {
  readonly title: string
  readonly summary: string
  readonly text: string | null
  readonly annotations: readonly StoredAnnotation[]
}

const mostAnnotations = 50
const longestText = 65_535

/** What a check run says, within GitHub's limits on one request; undefined where the body says nothing of it. */
export function checkOutput(body: Fields): CheckOutput | undefined {
  if (body['output'] === undefined) return undefined
  const output = fieldsOf(body['output'])
  const annotations = listOf(output['annotations'])
  if (annotations.length > mostAnnotations) {
    throw invalidRequest(`Only ${mostAnnotations} items are allowed; ${annotations.length} were supplied.`)
  }
  const text = optionalText(output, 'text')
  return {
    title: requiredText(output, 'title'),
    summary: limited('summary', requiredText(output, 'summary')),
    text: text === undefined ? null : limited('text', text),
    annotations: annotations.map(annotationIn),
  }
}

function annotationIn(annotation: Fields): StoredAnnotation {
  const startLine = wholeNumber(annotation, 'start_line')
  const endLine = wholeNumber(annotation, 'end_line')
  const hasColumns = annotation['start_column'] !== undefined || annotation['end_column'] !== undefined
  if (hasColumns && startLine !== endLine) {
    throw invalidRequest('start_column and end_column are only allowed where start_line and end_line are the same.')
  }
  return {
    path: requiredText(annotation, 'path'),
    startLine,
    endLine,
    startColumn: hasColumns ? wholeNumber(annotation, 'start_column') : null,
    endColumn: hasColumns ? wholeNumber(annotation, 'end_column') : null,
    level: oneOf(annotation, 'annotation_level', ['notice', 'warning', 'failure']),
    message: requiredText(annotation, 'message'),
    title: optionalText(annotation, 'title') ?? null,
    rawDetails: optionalText(annotation, 'raw_details') ?? null,
  }
}

function wholeNumber(fields: Fields, key: string): number {
  const value = fields[key]
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw invalidRequest(`For '${key}', ${JSON.stringify(value)} is not an integer.`)
}

function limited(key: string, text: string): string {
  const { length } = Array.from(text)
  if (length <= longestText) return text
  throw invalidRequest(`For '${key}', only ${longestText} characters are allowed; ${length} were supplied.`)
}
