import type { InferredColumn, InferredModel, LeftOutColumn } from '../data/inferred-model.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import type { Report } from './report.ts'
import { wordFiles } from './word-contract.ts'
import { wordFileSet } from './word-files.ts'

export interface Initialisation {
  readonly model: InferredModel
  /** Paths, relative to the project. */
  readonly written: readonly string[]
  /** The folder was in no git repository before. */
  readonly startedGit: boolean
  /** The folder's place in its repository: `models/a/`; empty at the root. */
  readonly place: string
  readonly isDryRun: boolean
}

/** What was inferred and how sure it is, what was written, what the first gate asks for. */
export function reportInit({ model, written, startedGit, place, isDryRun }: Initialisation): Report {
  const span = model.time ? ` · ${model.time.since} … ${model.time.until}` : ''
  const read = `Read ${wordFileSet(model.files)} · ${formatCount(model.rows)} rows × ${model.columns.length} columns${span}`
  const findings = wordFindings(model)
  const wrote = `${isDryRun ? 'Would write' : 'Wrote'} ${written.join(', ')}`
  const git = startedGit ? ['Started a git repository; nothing is committed.'] : []
  const warnings = warningsOf(model, place)
  return {
    text: [
      read,
      '',
      ...textTable(findings),
      '',
      wrote,
      ...git,
      wordFloor(model),
      ...warnings.map((warning) => `! ${warning}`),
    ].join('\n'),
    markdown: [
      markdownText(read),
      markdownTable(
        ['', 'column', 'inferred', ''],
        findings.map(({ role, name, words, isSure }) => [
          role,
          markdownCode(name),
          markdownText(words),
          wordSure(isSure),
        ]),
      ),
      markdownText([wrote, ...git].join('. ')),
      markdownText(wordFloor(model)),
      ...warnings.map((warning) => `> ${markdownText(warning)}`),
    ].join('\n\n'),
    outputs: { task: model.task, files: written.join('\n') },
    next: isDryRun ? 'the same without --dry-run' : 'plumbline snapshot   then   plumbline run',
  }
}

/** Fewer rows than this leave a test set that decides next to nothing. */
const fewRows = 200

function warningsOf({ rows }: InferredModel, place: string): string[] {
  return [
    ...(rows < fewRows
      ? [`${formatCount(rows)} rows are few: a gate on a test set of so few says next to nothing.`]
      : []),
    ...(place === ''
      ? []
      : [
          `GitHub reads workflows at the root of a repository alone, and this one lies in ${place}: until it stands at the root, the model runs on a terminal.`,
        ]),
  ]
}

interface Finding {
  readonly role: string
  readonly name: string
  readonly words: string
  /** None where there is nothing to be sure of. */
  readonly isSure: boolean | null
}

function wordFindings(model: InferredModel): Finding[] {
  const { target, time, id, group, labels } = model
  const isTargetSure = model.isTaskSure && model.isPositiveSure
  return [
    { role: 'target', name: target.name, words: wordTask(model), isSure: isTargetSure },
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
    time
      ? { role: 'time', name: time.column.name, words: `tests on the newest rows: ${model.test}`, isSure: time.isSure }
      : { role: 'time', name: '—', words: `none: rows are split at random, test ${model.test}`, isSure: null },
    id
      ? { role: 'id', name: id.column.name, words: 'unique, no nulls', isSure: id.isSure }
      : { role: 'id', name: '—', words: 'none: a row is its file’s digest and its number', isSure: null },
    ...(group
      ? [{ role: 'group', name: group.column.name, words: 'never on both sides of the split', isSure: true }]
      : []),
    ...model.features.slice(0, maxFeatures).map((column) => ({
      role: 'feature',
      name: column.name,
      ...wordFeature(column, model),
    })),
    ...(model.features.length > maxFeatures
      ? [
          {
            role: 'feature',
            name: '…',
            words: `${formatCount(model.features.length - maxFeatures)} more`,
            isSure: null,
          },
        ]
      : []),
    ...model.leftOut.slice(0, maxLeftOut).map((left) => wordLeftOut(left, model)),
    ...(model.leftOut.length > maxLeftOut
      ? [
          {
            role: 'left out',
            name: '…',
            words: `${formatCount(model.leftOut.length - maxLeftOut)} more`,
            isSure: false,
          },
        ]
      : []),
  ]
}

const maxFeatures = 20
/** A value of fewer rows may name a person; as the default of `privacy.min-count`. */
const minShownRows = 20
const maxLeftOut = 20

function wordTask({ task, target, positive }: InferredModel): string {
  const filled = target.rows - target.nulls
  const empty = target.nulls > 0 ? `; ${formatCount(target.nulls)} rows have none` : ''
  if (task === 'regression') return `regression: ${wordRange(target)}${empty}`
  const classes = target.values.slice(0, 4).map(([value, rows]) => `${shorten(value)} (${formatShare(rows / filled)})`)
  const more = target.values.length > 4 ? `, ${target.values.length - 4} more` : ''
  const judged = positive === undefined ? '' : `; positive is ${shorten(positive)}`
  return `${task}: ${classes.join(', ')}${more}${judged}${empty}`
}

/** A feature that says all about the target stays only where there is no other. */
function wordFeature(column: InferredColumn, { floor }: InferredModel): Pick<Finding, 'words' | 'isSure'> {
  const almost = wordAlmost(column)
  if (almost) return { words: `${wordColumn(column)}: ${almost}`, isSure: false }
  if (floor.best?.column === column.name && floor.best.value >= 0.995) {
    return { words: `${wordColumn(column)}; tells the target alone: a leak?`, isSure: false }
  }
  return { words: wordColumn(column), isSure: null }
}

function wordAlmost({ almost }: InferredColumn): string | undefined {
  switch (almost?.kind) {
    case 'decimal-commas':
      return 'numbers with a decimal comma, read as text'
    case 'local-dates':
      return 'dates, but not as 2024-12-31: read as text'
    case 'numbers': {
      const example = almost.example === undefined ? '' : ` (${shorten(almost.example)})`
      return `numbers, but for ${formatCount(almost.otherRows)} ${almost.otherRows === 1 ? 'row' : 'rows'}${example}: read as text`
    }
    case undefined:
      return undefined
  }
}

function wordColumn(column: InferredColumn): string {
  const { type, nulls, rows, distinct, values } = column
  const empty = nulls > 0 ? `; ${formatShare(nulls / rows)} empty` : ''
  if (type === 'integer' || type === 'number') return `${wordRange(column)}${empty}`
  if (type === 'boolean') return `true or false${empty}`
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
  const finding = (words: string, isSure: boolean | null): Finding => {
    return { role: 'left out', name: column.name, words, isSure }
  }
  switch (reason.kind) {
    case 'excluded':
      return finding('excluded, as you said', null)
    case 'constant':
      return finding('one value in all rows', null)
    case 'empty':
      return finding('no value in any row', null)
    case 'id-like':
      return finding(wordAlmost(column) ?? 'another value in nearly every row', false)
    case 'free-text':
      return finding(wordAlmost(column) ?? `${formatCount(column.distinct)} different texts`, false)
    case 'moment':
      return finding('a moment: teaches nothing as it stands; features.sql can use its distance to another', false)
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

function wordFloor({ floor }: InferredModel): string {
  const best = floor.best ? `, ${shorten(floor.best.column)} alone reaches ${floor.best.value.toFixed(2)}` : ''
  return `Gates: ${floor.metric} at least ${floor.minimum.toFixed(2)} (a constant has ${floor.constant.toFixed(2)}${best}).`
}

function wordSure(isSure: boolean | null): string {
  return isSure === null ? '' : isSure ? 'sure' : 'check this'
}

/** Columns in line, the last one ragged. */
function textTable(findings: readonly Finding[]): string[] {
  const names = findings.map(({ name }) => shorten(name, 36))
  const nameWidth = Math.max(...names.map((name) => name.length))
  const wordsWidth = Math.min(70, Math.max(...findings.map(({ words }) => words.length)))
  return findings.map(({ role, words, isSure }, i) =>
    `  ${role.padEnd(8)}  ${(names[i] ?? '').padEnd(nameWidth)}  ${words.padEnd(wordsWidth)}  ${wordSure(isSure)}`.trimEnd(),
  )
}

function shorten(text: string, length = 24): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
