import type { ModelPolicy } from '../project/project.ts'
import type { Engine } from './engine.ts'
import type { Sample } from './open-samples.ts'

/** What rows are answered with, as drift compares it: a score of two classes, a class of more, else a number. */
export type AnswerKind = 'number' | 'category'

export function answerKind({ task }: Pick<ModelPolicy, 'task'>): AnswerKind {
  return task === 'multiclass' ? 'category' : 'number'
}

export const answerColumns = { time: 'moment', answer: 'prediction' } as const

/** Rows in the engine's table, each with the moment that it is of and what was answered. */
export function answerSample(engine: Engine, table: string, kind: AnswerKind): Sample {
  return {
    engine,
    // They are read where they are.
    files: [],
    relation: table,
    columns: [
      { name: answerColumns.time, type: 'TIMESTAMP', raw: 'time' },
      kind === 'number'
        ? { name: answerColumns.answer, type: 'DOUBLE', raw: 'number' }
        : { name: answerColumns.answer, type: 'VARCHAR', raw: 'text' },
    ],
  }
}
