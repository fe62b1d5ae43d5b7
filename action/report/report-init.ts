import type { InferredModel } from '../data/inferred-model.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines } from './terminal.ts'
import { wordFileSet } from './word-files.ts'
import { type Finding, shorten, wordFindings } from './word-inferred.ts'

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
  const read = `Read ${wordFileSet(model.files)} · ${formatCount(model.rows)} rows × ${model.columns.filter(({ source }) => source === undefined).length} columns${span}`
  const findings = wordFindings(model)
  const wrote = `${isDryRun ? 'Would write' : 'Wrote'} ${written.join(', ')}`
  const git = startedGit ? ['Started a git repository; nothing is committed.'] : []
  const warnings = warningsOf(model, place)
  return {
    text: ownLines([
      read,
      '',
      ...textTable(findings),
      '',
      wrote,
      ...git,
      wordFloor(model),
      ...warnings.map((warning) => `! ${warning}`),
    ]),
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
const fewPositives = 50

function warningsOf({ files, rows, positive, testPositives, task, target }: InferredModel, place: string): string[] {
  const partition = /(?:^|\/)([^/=]+=[^/]*)\//.exec(files[0] ?? '')?.[1]
  const isRare = testPositives !== undefined && testPositives < fewPositives && rows >= fewRows
  return [
    ...(rows < fewRows
      ? [`${formatCount(rows)} rows are few: a gate on a test set of so few says next to nothing.`]
      : []),
    ...(isRare
      ? [
          `The test set holds about ${formatCount(testPositives)} ${testPositives === 1 ? 'row' : 'rows'} of the class ${shorten(positive ?? '')}: few to judge by; a larger --test, or more data, decides more.`,
        ]
      : []),
    ...(task === 'multiclass' ? casesOf(target.values.map(([value]) => value)) : []),
    ...(partition === undefined
      ? []
      : [
          `Folders such as ${shorten(partition)} are not read as columns: what a model needs of them belongs in the files.`,
        ]),
    ...(place === ''
      ? []
      : [
          `GitHub reads workflows at the root of a repository alone, and this one lies in ${place}: until it stands at the root, the model runs on a terminal.`,
        ]),
  ]
}

/** `Yes` and `yes` are two classes to every program. */
function casesOf(classes: readonly string[]): string[] {
  const folded = new Map<string, string>()
  for (const name of classes) {
    const earlier = folded.get(name.trim().toLowerCase())
    if (earlier !== undefined) {
      const names = `${shorten(earlier)} and ${shorten(name)}`
      return [`The classes ${names} differ in case alone and are taken as two: write them alike in the data.`]
    }
    folded.set(name.trim().toLowerCase(), name)
  }
  return []
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
