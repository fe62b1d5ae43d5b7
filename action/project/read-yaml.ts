import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import type { z } from 'zod'

import type { Diagnostic } from '../base/diagnostic.ts'
import { describeIssue, wordIssue } from './describe-issue.ts'

export type YamlPath = readonly (string | number)[]

/** Both 1-based. */
export interface Place {
  readonly line: number
  readonly column: number
}

export type ReadYaml<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Where a key, or a list's item, begins; for a path that was not written, where its nearest written parent does. */
      readonly lineOf: (path: YamlPath) => Place
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

const maxCharacters = 1_000_000
const maxAliasUses = 100

/**
 * Text of a YAML 1.2 file to a value of the schema, or everything that is wrong with it, in the order of the file:
 * broken syntax, duplicate and unknown keys, missing keys, values of a wrong kind, and `${{`, which nobody would fill in.
 * A message that the schema gives itself follows the colon of `Cannot use "<key>": `.
 */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>): ReadYaml<T> {
  const lines = new LineCounter()
  const diagnose = (code: string, offset: number, message: string, remedy?: string): Diagnostic => {
    return { code, file, ...placeAt(offset, lines), message, ...(remedy !== undefined && { remedy }) }
  }
  const refuse = (message: string, remedy: string): ReadYaml<T> => {
    return { ok: false, diagnostics: [{ code: 'yaml/syntax', file, line: 1, column: 1, message, remedy }] }
  }

  if (text.length > maxCharacters) {
    return refuse(
      `Cannot read "${file}": it has ${text.length} characters; expected at most ${maxCharacters}`,
      'Keep data out of it: it holds settings only.',
    )
  }
  const conflict = /^(<{7}|>{7}) /m.exec(text)
  if (conflict) {
    const message = `Cannot read "${file}": it holds the marks of a merge conflict; expected one side`
    const line = text.slice(0, conflict.index).split('\n').length
    const remedy = 'Keep what is right of both sides, and remove the marks.'
    return { ok: false, diagnostics: [{ code: 'yaml/merge-conflict', file, line, column: 1, message, remedy }] }
  }
  const document = parse(text, lines)
  if (document === undefined || document.errors.some(({ message }) => /call stack/.test(message)))
    return refuse(`Cannot read "${file}": it is nested too deeply`, 'Flatten it.')
  const syntax = withoutEchoes([...document.errors, ...document.warnings]).map((error) => {
    const offset = error.pos[0]
    if (error.code === 'DUPLICATE_KEY') return diagnose('yaml/duplicate-key', offset, ...wordDuplicate(text, offset))
    const expression = expressionNear(text, offset)
    if (expression !== undefined) return diagnose('yaml/expression', expression, ...wordExpression(file))
    return diagnose('yaml/syntax', offset, ...wordSyntax(file, error))
  })
  if (syntax.length > 0) return { ok: false, diagnostics: syntax }
  if (document.contents === null) return refuse(`Cannot read "${file}": it is empty`, 'Write one with plumbline init.')

  const resolved = resolveAliases(document)
  if (resolved.kind !== 'resolved') return refuse(...wordAliases(file, resolved.kind))
  const { value } = resolved
  const lineOf = (path: YamlPath): Place => placeAt(offsetOf(path, document), lines)
  const expressions = findExpressions(document, text).map((offset) =>
    diagnose('yaml/expression', offset, ...wordExpression(file)),
  )
  const parsed = schema.safeParse(value, { error: wordIssue })
  if (parsed.success && expressions.length === 0) return { ok: true, value: parsed.data, lineOf }

  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => describeIssue(issue, value, schema, file))
  const found = issues.map(({ path, ...rest }) => ({ ...rest, file, ...lineOf(path) }))
  return { ok: false, diagnostics: [...expressions, ...found].sort((a, b) => a.line - b.line || a.column - b.column) }
}

function parse(text: string, lines: LineCounter): Document | undefined {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function wordSyntax(file: string, { code, message }: YAMLError): [message: string, remedy: string] {
  if (code === 'MULTIPLE_DOCS') {
    return [`Cannot read "${file}": it holds several documents; expected one`, 'Keep one, without a line "---" inside.']
  }
  const remedy =
    code === 'TAB_AS_INDENT'
      ? 'Indent by spaces.'
      : 'Mend the line, or the one above it: indents, brackets and quotes must match.'
  return [`Cannot read "${file}" as YAML: ${uncapitalise(message)}`, remedy]
}

type Resolved = { readonly kind: 'resolved'; readonly value: unknown } | { readonly kind: 'too-many' | 'unknown' }

function resolveAliases(document: Document): Resolved {
  try {
    return { kind: 'resolved', value: document.toJS({ maxAliasCount: maxAliasUses }) }
  } catch (error) {
    if (error instanceof ReferenceError)
      return { kind: error.message.startsWith('Unresolved') ? 'unknown' : 'too-many' }
    if (error instanceof RangeError) return { kind: 'too-many' }
    throw error
  }
}

function wordAliases(file: string, kind: 'too-many' | 'unknown'): [message: string, remedy: string] {
  if (kind === 'unknown') {
    return [`Cannot read "${file}": it repeats a node with "*" that no "&" names`, 'Write the value out, or in quotes.']
  }
  const state = `its aliases repeat more than ${maxAliasUses} nodes`
  return [`Cannot read "${file}": ${state}`, 'Write the values out instead of repeating them with "*".']
}

function wordDuplicate(text: string, offset: number): [message: string, remedy: string] {
  const key = /^[^\s:]+/.exec(text.slice(offset))?.[0] ?? 'key'
  return [`Cannot use "${key}" twice in one mapping: expected each key once`, 'Keep one of the two.']
}

/** Behind the first place that is no YAML, a parser stumbles over much that is nothing wrong. */
function withoutEchoes(errors: readonly YAMLError[]): readonly YAMLError[] {
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY')
  return errors.filter((error) => error === first || (error.code === 'DUPLICATE_KEY' && first === undefined))
}

function wordExpression(file: string): [message: string, remedy: string] {
  return [
    `Cannot use "\${{" in "${file}": nothing fills in such an expression here; expected plain text`,
    'Write the value itself; a stage gets secrets and settings through its env: and secrets: keys.',
  ]
}

/** Inside braces `${{` breaks the YAML itself: where it stands before the error, on its line. */
function expressionNear(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const at = text.slice(start, end < 0 ? undefined : end).indexOf('${{')
  return at < 0 ? undefined : start + at
}

function findExpressions(document: Document, text: string): number[] {
  const offsets: number[] = []
  // An escape may write the characters otherwise. Without either, the walk over all nodes finds nothing.
  if (!text.includes('${{') && !text.includes('\\')) return offsets
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${{') || !node.range) return
      const [start, end] = node.range
      const inside = text.slice(start, end).indexOf('${{')
      offsets.push(start + Math.max(0, inside))
    },
  })
  return offsets
}

function offsetOf(path: YamlPath, document: Document): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const step of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(step)) : undefined
    const child = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
    if (!pair && child === undefined) break
    offset = startOf(pair?.key ?? child) ?? offset
    node = child
  }
  return offset
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function placeAt(offset: number, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function uncapitalise(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
