import type { Task } from '../project/project.ts'
import { keyText } from './choose-join-key.ts'
import type { ModelWishes } from './infer-model.ts'
import type { InferredColumn, InferredModel, JoinedSource } from './inferred-model.ts'
import { tasksOf } from './pick-roles.ts'

/** What only a person can know of the data; `guess` is what is taken where nobody answers. */
export type OpenQuestion = { readonly guess: string; readonly choices: readonly string[] } & (
  | { readonly kind: 'time' | 'positive' | 'task' }
  /** Columns of one name, each of which tells one row of a joined table, in one line each. */
  | { readonly kind: 'key'; readonly joined: JoinedSource }
  /** Patterns of dates, or marks before decimals, that fit every value of the column. */
  | { readonly kind: 'format'; readonly column: InferredColumn }
  | {
      readonly kind: 'leak'
      readonly column: InferredColumn
      readonly reason: 'prediction' | 'tells-target'
      readonly strength: number
    }
)

/** More than so many of one kind nobody answers with care; the others keep their guess. */
const maxOfAKind = 5

/** What is unsure in a model, in the order in which one answer bears on the next. */
export function openQuestions(model: InferredModel): readonly OpenQuestion[] {
  return [...keyQuestions(model), ...formatQuestions(model), ...roleQuestions(model), ...leakQuestions(model)]
}

/** The same question after another answer. */
export function keyOf(question: OpenQuestion): string {
  if (question.kind === 'key') return `key ${question.joined.name}`
  return 'column' in question ? `${question.kind} ${question.column.name}` : question.kind
}

/** What the user wants once the question is answered. */
export function withAnswer(wishes: ModelWishes, question: OpenQuestion, answer: string): ModelWishes {
  switch (question.kind) {
    case 'time':
      return { ...wishes, time: answer }
    case 'positive':
      return { ...wishes, positive: answer }
    case 'task':
      return { ...wishes, task: answer as Task }
    case 'key': {
      const { name, key } = question.joined
      const columns = [key, ...key.others].find((each) => keyText(each.columns) === answer)?.columns ?? key.columns
      return { ...wishes, keys: new Map([...(wishes.keys ?? []), [name, columns]]) }
    }
    case 'format':
      return { ...wishes, formats: new Map([...(wishes.formats ?? []), [question.column.name, answer]]) }
    case 'leak':
      // Left out as a leak it already is.
      return answer === 'keep' ? { ...wishes, keep: [...(wishes.keep ?? []), question.column.name] } : wishes
  }
}

function keyQuestions({ joined = [] }: InferredModel): OpenQuestion[] {
  return joined.flatMap((source): OpenQuestion[] => {
    const { columns, isSure, others } = source.key
    const choices = [{ columns }, ...others].map((each) => keyText(each.columns))
    return isSure ? [] : [{ kind: 'key', joined: source, guess: keyText(columns), choices }]
  })
}

function formatQuestions(model: InferredModel): OpenQuestion[] {
  const questions = model.columns.flatMap((column): OpenQuestion[] => {
    const { spelling } = column
    if (spelling?.kind === 'time' && spelling.rivals.length > 0) {
      const choices = [spelling.pattern, ...spelling.rivals]
      return [{ kind: 'format', column, guess: spelling.pattern, choices }]
    }
    if (spelling?.kind === 'decimal' && !spelling.isSure) {
      return [{ kind: 'format', column, guess: spelling.mark, choices: ['.', ','] }]
    }
    return []
  })
  return questions.slice(0, maxOfAKind)
}

function roleQuestions({ time, target, task, isTaskSure, positive, isPositiveSure }: InferredModel): OpenQuestion[] {
  const times = time && 'others' in time.why && !time.isSure ? [time.column.name, ...time.why.others] : []
  const tasks = tasksOf(target)
  return [
    ...(time && times.length > 1 ? [{ kind: 'time', guess: time.column.name, choices: times } as const] : []),
    ...(!isTaskSure && tasks.length > 1 ? [{ kind: 'task', guess: task, choices: tasks } as const] : []),
    ...(!isPositiveSure && positive !== undefined
      ? [{ kind: 'positive', guess: positive, choices: target.values.map(([value]) => value) } as const]
      : []),
  ]
}

function leakQuestions({ leftOut }: InferredModel): OpenQuestion[] {
  const questions = leftOut.flatMap(({ column, reason }): OpenQuestion[] =>
    reason.kind === 'prediction' || reason.kind === 'tells-target'
      ? [
          {
            kind: 'leak',
            column,
            reason: reason.kind,
            strength: reason.strength,
            guess: 'leave-out',
            choices: ['leave-out', 'keep'],
          },
        ]
      : [],
  )
  return questions.slice(0, maxOfAKind)
}
