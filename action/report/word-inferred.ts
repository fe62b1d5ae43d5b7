import type {
  InferredColumn,
  InferredModel,
  JoinedSource,
  LeftOutColumn,
  LeftOutReason,
  Role,
} from '../data/inferred-model.ts'
import type { DeclaredEncoding } from '../project/project.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import { wordFiles } from './word-contract.ts'
import { wordFileSet } from './word-files.ts'

/** One line of what was inferred. */
export interface Finding {
  readonly role: string
  readonly name: string
  readonly words: string
  /** None where there is nothing to be sure of. */
  readonly isSure: boolean | null
}

/** With the roles, and a line each for the rest, no more than fits on a screen. */
const maxFeatures = 10
const maxLeftOut = 7
/** A value of fewer rows may name a person; as the default of `privacy.min-count`. */
const minShownRows = 20

/** What was inferred, a line each, the doubtful first where there are many. */
export function wordFindings(model: InferredModel): Finding[] {
  const { target, time, id, group, labels, features, leftOut } = model
  const none = (role: string, words: string): Finding => ({ role, name: '—', words, isSure: null })
  return [
    {
      role: 'target',
      name: target.name,
      words: wordTask(model),
      isSure: model.isTaskSure && model.isPositiveSure && isSpellingSure(target),
    },
    ...(labels
      ? [
          {
            role: 'labels',
            name: wordFileSet(labels.files),
            words: `known ${labels.delayDays} days after the row; ${formatCount(labels.missingRows)} rows have none`,
            isSure: labels.missingRows === 0,
          },
        ]
      : []),
    ...(model.joined ?? []).map(wordJoined),
    ...(model.encoding
      ? [{ role: 'text', name: model.encoding, words: encodingWords[model.encoding], isSure: false }]
      : []),
    time
      ? {
          role: 'time',
          name: time.column.name,
          words: `${wordWhy(time, 'the only time in every row')}${wordSpelling(time.column)}; tests on the newest: ${model.test}`,
          isSure: time.isSure && isSpellingSure(time.column),
        }
      : none('time', `none: rows are split at random, test ${model.test}`),
    id
      ? {
          role: 'id',
          name: id.column.name,
          words: `unique, no nulls${wordWhy(id, '') === '' ? '' : `; ${wordWhy(id, '')}`}`,
          isSure: id.isSure,
        }
      : none('id', 'none: a row is its file’s digest and its number'),
    ...(group
      ? [
          {
            role: 'group',
            name: group.column.name,
            words: 'as you said; never on both sides of the split',
            isSure: true,
          },
        ]
      : []),
    ...pick(
      features.map((column) => ({ role: 'feature', name: column.name, ...wordFeature(column, model) })),
      maxFeatures,
      (others) => `${formatCount(others.length)} more`,
    ),
    ...pick(
      leftOut.map((left) => ({ ...wordLeftOut(left, model), kind: left.reason.kind })),
      maxLeftOut,
      (others) => wordKinds(others.map(({ kind }) => kind)),
    ),
  ]
}

const encodingWords: Readonly<Record<DeclaredEncoding, string>> = {
  'latin-1': 'not UTF-8: look whether ä, é and ñ are right',
  'windows-1252': 'not UTF-8: look whether ä, é, € and quotes are right',
}

/** Fewer rows than this that find a partner are worth a look. */
const mostRows = 0.95

function wordJoined({ name, files, rows, key, foundShare }: JoinedSource): Finding {
  const size = `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} of ${wordFileSet(files)}`
  const others = key.others.slice(0, 2).map((each) => shorten(each.columns.join(', ')))
  const doubt = others.length > 0 ? `, or ${others.join(' or ')}: --on ${name}=${key.others[0]?.columns.join(',')}` : ''
  return {
    role: 'joined',
    name,
    words: `${size}, by ${shorten(key.columns.join(', '))}${doubt}; ${formatShare(foundShare)} of rows find one`,
    isSure: key.isSure && foundShare >= mostRows,
  }
}

/** As many as there is room for, in their order, the doubtful before the sure; the others in one line. */
function pick<Line extends Finding>(
  lines: readonly Line[],
  room: number,
  wordRest: (others: readonly Line[]) => string,
): Finding[] {
  if (lines.length <= room + 1) return [...lines]
  const ranked = [...lines.filter(({ isSure }) => isSure === false), ...lines.filter(({ isSure }) => isSure !== false)]
  const shown = new Set(ranked.slice(0, room))
  const others = lines.filter((line) => !shown.has(line))
  const role = lines[0]?.role ?? ''
  const isSure = others.every((line) => line.isSure !== false)
  return [...lines.filter((line) => shown.has(line)), { role, name: '…', words: wordRest(others), isSure }]
}

const kindWords: Readonly<Record<LeftOutReason['kind'], string>> = {
  excluded: 'excluded',
  constant: 'of one value',
  empty: 'empty',
  'same-as': 'a copy of another',
  'id-like': 'different in nearly every row',
  'free-text': 'free text',
  moment: 'moments',
  nested: 'nested',
  'not-everywhere': 'missing in a file',
  'after-time': 'known only later',
  prediction: 'a model’s prediction',
  'tells-target': 'telling the target alone',
}

/** `1,950 more: 1,200 of one value, 750 empty`. */
function wordKinds(kinds: readonly LeftOutReason['kind'][]): string {
  const counts = new Map<LeftOutReason['kind'], number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const words = [...counts].map(([kind, count]) => `${formatCount(count)} ${kindWords[kind]}`)
  return `${formatCount(kinds.length)} more: ${words.join(', ')}`
}

function wordWhy({ why }: Role, only: string): string {
  switch (why.kind) {
    case 'given':
      return 'as you said'
    case 'only':
      return only
    case 'first':
      return 'the first column'
    case 'named':
    case 'first-of': {
      const others = why.others.slice(0, 3).map((name) => shorten(name))
      const more = why.others.length > 3 ? ` and ${why.others.length - 3} more` : ''
      const reason = why.kind === 'named' ? 'by its name' : 'the first'
      return others.length === 0 ? reason : `${reason}; ${others.join(', ')}${more} could be it too`
    }
  }
}

function wordTask({ task, target, positive, isPositiveSure, isTaskSure }: InferredModel): string {
  const filled = target.rows - target.nulls
  const empty = target.nulls > 0 ? `; ${formatCount(target.nulls)} rows have none and teach nothing` : ''
  if (task === 'regression') return `regression: ${wordRange(target)}${wordSpelling(target)}${empty}`
  const classes = target.values.slice(0, 4).map(([value, rows]) => `${shorten(value)} (${formatShare(rows / filled)})`)
  const more = target.values.length > 4 ? `, ${target.values.length - 4} more` : ''
  const why = isPositiveSure ? '' : ' (the rarer?)'
  const judged = positive === undefined ? '' : `; positive is ${shorten(positive)}${why}`
  const doubt = isTaskSure ? '' : '; or a number: --task regression'
  return `${task}: ${classes.join(', ')}${more}${judged}${doubt}${empty}`
}

/** A feature that says all about the target stays only where there is no other. */
function wordFeature(column: InferredColumn, { floor }: InferredModel): Pick<Finding, 'words' | 'isSure'> {
  const words = `${wordColumn(column)}${wordSpelling(column)}`
  const almost = wordAlmost(column)
  if (almost) return { words: `${words}: ${almost}`, isSure: false }
  if (floor.best?.column === column.name && floor.best.value >= 0.995) {
    return { words: `${words}; tells the target alone: a leak?`, isSure: false }
  }
  return { words, isSure: isSpellingSure(column) }
}

function isSpellingSure({ spelling, missing }: InferredColumn): boolean {
  if (missing !== undefined) return false
  if (spelling?.kind === 'time') return spelling.rivals.length === 0
  return spelling?.kind !== 'decimal' || spelling.isSure
}

/** `, as dd.MM.yyyy`, with what it may be as well, and which words are taken for nothing. */
function wordSpelling(column: InferredColumn): string {
  const { missing = [] } = column
  if (missing.length === 0) return wordForm(column)
  const rows = missing.reduce((sum, [, each]) => sum + each, 0)
  const words = missing.map(([word]) => word).join(', ')
  return `${wordForm(column)}; ${words} in ${formatCount(rows)} rows read as missing`
}

function wordForm({ name, spelling }: InferredColumn): string {
  switch (spelling?.kind) {
    case 'time': {
      const [rival] = spelling.rivals
      const doubt = rival === undefined ? '' : `, or ${rival}: --format ${name}=${rival}`
      return `, as ${spelling.pattern}${doubt}`
    }
    case 'decimal': {
      const decimals = spelling.mark === ',' ? '1.234,5' : '1,234.5'
      const other = spelling.mark === ',' ? '.' : ','
      return spelling.isSure
        ? `, as ${decimals}`
        : `, as ${decimals}; or "${other}" before decimals: --format ${name}=${other}`
    }
    case 'epoch':
      return `, as ${spelling.unit} since 1970`
    case 'code':
      return ', digits that are no quantity'
    case 'truth':
    case undefined:
      return ''
  }
}

function wordAlmost({ almost }: InferredColumn): string | undefined {
  switch (almost?.kind) {
    case 'mixed-dates':
      return 'dates in several formats, read as text: write them alike'
    case 'units':
      return 'numbers with a unit, read as text: write the number alone'
    case 'nested':
      return 'lists or objects, read as text'
    case 'numbers':
    case 'dates': {
      const example = almost.example === undefined ? '' : ` (${shorten(almost.example)})`
      return `${almost.kind}, but for ${formatCount(almost.otherRows)} ${almost.otherRows === 1 ? 'row' : 'rows'}${example}: read as text until those are empty`
    }
    case undefined:
      return undefined
  }
}

function wordColumn(column: InferredColumn): string {
  const { type, nulls, rows, distinct, values, spelling } = column
  const empty = nulls > 0 ? `; ${formatShare(nulls / rows)} empty` : ''
  if (type === 'integer' || type === 'number') return `${wordRange(column)}${empty}`
  if (type === 'boolean')
    return `${spelling?.kind === 'truth' ? `${spelling.yes} or ${spelling.no}` : 'true or false'}${empty}`
  const often = values.filter(([, seen]) => seen >= minShownRows).map(([value]) => shorten(value))
  if (distinct > 6 || often.length === 0) return `{${formatCount(distinct)} values}${empty}`
  const rare = distinct - often.length
  return `{${often.join(' ')}}${rare > 0 ? ` and ${formatCount(rare)} rare` : ''}${empty}`
}

function wordRange({ minimum, maximum, type }: InferredColumn): string {
  const word = type === 'integer' ? formatCount : formatNumber
  return minimum === null || maximum === null ? 'numbers' : `${word(minimum)}–${word(maximum)}`
}

function wordLeftOut({ column, reason }: LeftOutColumn, { time, floor }: InferredModel): Finding {
  const finding = (words: string, isSure: boolean): Finding => ({ role: 'left out', name: column.name, words, isSure })
  switch (reason.kind) {
    case 'excluded':
      return finding('excluded, as you said', true)
    case 'constant':
      return finding('one value in all rows', true)
    case 'empty':
      return finding('no value in any row', true)
    case 'same-as':
      return finding(`same as "${shorten(reason.column)}" in every row`, true)
    case 'id-like':
      return finding(wordAlmost(column) ?? 'another value in nearly every row', false)
    case 'free-text':
      return finding(wordAlmost(column) ?? `${formatCount(column.distinct)} different texts`, false)
    case 'nested':
      return finding('lists, objects or bytes: write their parts as columns of their own', false)
    case 'moment':
      return finding(
        `a moment${wordSpelling(column)}: teaches nothing as it stands; features.sql can use its distance to another`,
        false,
      )
    case 'not-everywhere':
      return finding(`missing in ${wordFiles(column.missingIn)}`, false)
    case 'after-time':
      return finding(
        `known only after the outcome (${formatShare(reason.share)} after ${time?.column.name ?? 'the row'}): would leak`,
        false,
      )
    case 'prediction':
      return finding(
        `looks like a model’s prediction (${floor.metric} ${formatNumber(reason.strength, 2)} on its own)`,
        false,
      )
    case 'tells-target':
      return finding(`tells the target alone (${floor.metric} ${formatNumber(reason.strength, 3)}): would leak`, false)
  }
}

/** At most that many letters. */
export function shorten(text: string, length = 24): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
