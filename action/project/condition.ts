import { data, Evaluator, type Expr, ExpressionError, Lexer, Parser } from '@actions/expressions'
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Unary,
} from '@actions/expressions/ast'

/** What `if:` can ask about, and nothing else. */
const conditionContexts = ['trigger', 'params', 'stages'] as const

/** An `if:` that was understood, and what it asks about. */
export interface Condition {
  /** As written: a part of the stage's key. */
  readonly text: string
  readonly asksTrigger: boolean
  /** Names of parameters, as written. */
  readonly params: readonly string[]
  /** Names of stages whose outputs it asks about, as written. */
  readonly stages: readonly string[]
}

export type ReadCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problem: string }

/** What a condition is held against. `stages.<name>.outputs.<output>` holds the numbers of a `metrics` output, else the SHA-256. */
export type ConditionFacts = Readonly<Record<(typeof conditionContexts)[number], unknown>>

/** Parses GitHub's expression language over `trigger`, `params` and `stages.<stage>.outputs`. */
export function readCondition(text: string): ReadCondition {
  let expression: Expr | undefined
  try {
    expression = parse(text)
  } catch (error) {
    return { ok: false, problem: wordProblem(error) }
  }
  if (expression === undefined) return { ok: false, problem: 'it is empty' }
  const asked = pathsIn(expression)
  const vague = asked.find(([root, name]) => root !== 'trigger' && name === undefined)
  if (vague) return { ok: false, problem: `it asks about all of "${vague[0]}", not about one of them by name` }
  const odd = asked.find(([root, , kind]) => root === 'stages' && kind !== 'outputs')
  if (odd)
    return { ok: false, problem: `it asks about "${odd.join('.')}"; only stages.NAME.outputs can be asked about` }
  const namesOf = (wanted: string) => [
    ...new Set(asked.flatMap(([root, name]) => (root === wanted && name !== undefined ? [name] : []))),
  ]
  const condition = {
    text,
    asksTrigger: asked.some(([root]) => root === 'trigger'),
    params: namesOf('params'),
    stages: namesOf('stages'),
  }
  return { ok: true, condition }
}

/** Whether a condition that was read holds; as on GitHub, what does not exist is null, and null, 0 and '' are false. */
export function holds(text: string, facts: ConditionFacts): boolean {
  const expression = parse(text)
  if (!expression) return false
  const context = JSON.parse(JSON.stringify(facts), data.reviver) as data.Dictionary
  const value = new Evaluator(expression, context).evaluate()
  if (value.kind === data.Kind.Null) return false
  return 'value' in value ? Boolean(value.value) : true
}

function parse(text: string): Expr | undefined {
  if (text.trim() === '') return undefined
  const { tokens } = new Lexer(text).lex()
  return new Parser(tokens, [...conditionContexts], []).parse()
}

/** The library says `Unrecognized named-value: 'github'. Located at position 1 within expression: github.ref`. */
function wordProblem(error: unknown): string {
  if (!(error instanceof ExpressionError)) return 'it is no expression'
  const [, what = 'it is no expression'] = /^(.*?)\.?(?:\s+Located at .*)?$/s.exec(error.message) ?? []
  return `${what.charAt(0).toLowerCase()}${what.slice(1)}`
}

/** Each place that is asked about, from its root: `['stages', 'tune', 'outputs', 'metrics']`. What is computed ends a path. */
function pathsIn(expression: Expr): readonly (readonly [string, ...string[]])[] {
  if (expression instanceof ContextAccess) return [[expression.name.lexeme.toLowerCase()]]
  if (expression instanceof IndexAccess) {
    const [path, ...others] = pathsIn(expression.expr)
    const inner = expression.index instanceof Literal ? [] : pathsIn(expression.index)
    if (!path) return inner
    const isNamed = expression.index instanceof Literal && chainOf(expression.expr) === path.length
    const longer: readonly [string, ...string[]] = isNamed
      ? [...path, (expression.index as Literal).literal.coerceString()]
      : path
    return [longer, ...others, ...inner]
  }
  if (expression instanceof Grouping) return pathsIn(expression.group)
  if (expression instanceof Unary) return pathsIn(expression.expr)
  if (expression instanceof Binary) return [...pathsIn(expression.left), ...pathsIn(expression.right)]
  if (expression instanceof Logical || expression instanceof FunctionCall) return expression.args.flatMap(pathsIn)
  return []
}

/** How many names lead, without a gap, from a root to here. */
function chainOf(expression: Expr): number {
  if (expression instanceof ContextAccess) return 1
  if (!(expression instanceof IndexAccess)) return 0
  const before = chainOf(expression.expr)
  return before > 0 && expression.index instanceof Literal ? before + 1 : 0
}
