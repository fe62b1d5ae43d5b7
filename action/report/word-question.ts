import type { Choice, Question } from '../base/ask.ts'
import type { InferredModel } from '../data/inferred-model.ts'
import type { OpenQuestion } from '../data/open-questions.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import { shorten } from './word-inferred.ts'

/** A question as a person is asked it. */
export function wordQuestion(question: OpenQuestion, model: InferredModel): Question {
  const { guess } = question
  return { text: wordText(question, model), choices: wordChoices(question, model), guess }
}

function wordText(question: OpenQuestion, { target, floor }: InferredModel): string {
  switch (question.kind) {
    case 'time':
      return 'Which column says when a row happened? The newest rows are the test.'
    case 'positive':
      return `Which class of ${shorten(target.name)} is the one to be found? Its probability is judged.`
    case 'task':
      return `Is ${shorten(target.name)} one of ${formatCount(target.distinct)} classes, or a number?`
    case 'key':
      return `By which column are rows joined with ${shorten(question.joined.name)}? Each would do.`
    case 'format': {
      const what = question.column.spelling?.kind === 'time' ? 'dates' : 'numbers'
      return `How does ${shorten(question.column.name)} write ${what}? Both fit every value.`
    }
    case 'leak': {
      const alone = `${floor.metric} ${formatNumber(question.strength, 2)} on its own`
      const looks = question.reason === 'prediction' ? 'looks like a model’s prediction' : 'tells the target alone'
      return `Is ${shorten(question.column.name)} known before ${shorten(target.name)} is? It ${looks} (${alone}).`
    }
  }
}

function wordChoices(question: OpenQuestion, model: InferredModel): Choice[] {
  const { choices, guess } = question
  switch (question.kind) {
    case 'time':
      return choices.map((value) => ({
        value,
        label: shorten(value, 40),
        ...(value === guess && { hint: 'my guess' }),
      }))
    case 'positive':
      return choices.map((value) => ({ value, label: shorten(value), hint: wordClass(value, model) }))
    case 'task':
      return choices.map((value) => ({
        value,
        label: value === 'regression' ? 'a number' : 'classes',
        hint: value === 'regression' ? '4 is nearer to 5 than 1 is' : 'no class is nearer to another',
      }))
    case 'key': {
      const { key, foundShare } = question.joined
      const shares = [foundShare, ...key.others.map((each) => each.foundShare)]
      return choices.map((value, i) => ({
        value,
        label: shorten(value, 40),
        hint: `${formatShare(shares[i] ?? 0)} of the rows find theirs`,
      }))
    }
    case 'format':
      return choices.map((value) => ({ value, label: wordFormat(value), ...(value === guess && { hint: 'my guess' }) }))
    case 'leak':
      return [
        { value: 'leave-out', label: 'no, or not sure', hint: 'left out: it would leak' },
        { value: 'keep', label: 'yes', hint: 'kept as a feature' },
      ]
  }
}

function wordClass(name: string, { target }: InferredModel): string {
  const rows = target.values.find(([value]) => value === name)?.[1] ?? 0
  return formatShare(rows / (target.rows - target.nulls))
}

function wordFormat(format: string): string {
  if (format === ',') return '1.234,5: a comma before decimals'
  return format === '.' ? '1,234.5: a point before decimals' : `${format}: ${exampleOf(format)}`
}

/** The 31st of December. */
function exampleOf(pattern: string): string {
  const parts: Readonly<Record<string, string>> = {
    yyyy: '2024',
    yy: '24',
    MM: '12',
    M: '12',
    dd: '31',
    d: '31',
    HH: '14',
    H: '14',
    hh: '02',
    h: '2',
    mm: '05',
    ss: '09',
    a: 'PM',
  }
  return pattern.replace(/'|([A-Za-z])\1*/g, (letters) => (letters === "'" ? '' : (parts[letters] ?? letters)))
}
