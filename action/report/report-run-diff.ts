import type { FileChanges, MetricSide, RunComparison, Side, StageFacts } from '../pipeline/compare-runs.ts'
import type { ShownRun } from '../pipeline/show-run.ts'
import type { AssetSide } from '../registry/compare-assets.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns, type RunSources, wordMetric, wordSpent } from './word-runs.ts'

/** What `runs diff` shows. */
export interface RunDifference {
  readonly before: ShownRun
  readonly after: ShownRun
  readonly comparison: RunComparison
  /** Files of this folder between the two commits; null where this clone does not know both. */
  readonly code: FileChanges | null
  /** Files of the two snapshots; null where a lock is not known here. */
  readonly data: FileChanges | null
  /** Of two releases: their files. */
  readonly assets?: readonly AssetSide[]
  readonly isAll: boolean
  readonly currency: string
  readonly sources: RunSources
}

/** Heading, and rows of what it is, before, after and the difference. */
interface Section {
  readonly name: string
  readonly rows: readonly (readonly [name: string, before: string, after: string, difference: string])[]
  readonly note?: string
}

const filesShown = 8

export function reportRunDiff(difference: RunDifference): Report {
  const { before, after } = difference
  const [one, other] = [before, after].map(nameOf)
  const sections = sectionsOf(difference).filter(({ rows }) => rows.length > 0)
  const header = ['', one ?? '', other ?? '', 'difference']
  const title = `${one} → ${other}`
  const differs = madeDiffers(difference)
  return {
    text: ownLines([
      `${title} · ${differs ? 'made of other things' : 'made of the same'}`,
      ...sections.flatMap(({ name, rows, note }) => [
        '',
        ...columns([[name, ...header.slice(1)], ...rows.map((cells) => cells.map(plainText))]).map(
          (line) => `  ${line}`,
        ),
        ...(note === undefined ? [] : [`  ${note}`]),
      ]),
    ]),
    markdown: [
      `## ${markdownText(title)}`,
      ...sections.flatMap(({ name, rows, note }) => [
        markdownTable(
          [name, ...header.slice(1)].map(markdownText),
          rows.map((cells) => cells.map(markdownText)),
        ),
        ...(note === undefined ? [] : [markdownText(note)]),
      ]),
    ].join('\n\n'),
    outputs: { differs: String(differs) },
  }
}

function nameOf({ release, record }: ShownRun): string {
  return release === null ? record.runKey.slice(0, 8) : plainText(`${record.model}-v${release.version}`)
}

/** Whether what made the runs differs, whatever they came to. */
function madeDiffers({ comparison, code }: RunDifference): boolean {
  const made = new Set(['data', 'seed', 'python', 'requirements', 'setup', 'containers', 'system', 'uncommitted files'])
  const isChanged = comparison.facts.some(({ name, isSame }) => made.has(name) && !isSame)
  const hasChangedCode = code === null || code.added.length + code.removed.length + code.changed.length > 0
  return isChanged || hasChangedCode || comparison.params.some(({ isSame }) => !isSame)
}

function sectionsOf(difference: RunDifference): readonly Section[] {
  const { comparison, isAll, before, after, currency } = difference
  const kept = <Value extends { readonly isSame: boolean }>(sides: readonly Value[]) =>
    isAll ? sides : sides.filter(({ isSame }) => !isSame)
  const plain = ({ name, before: one, after: other }: Side<string>) => [name, one ?? '–', other ?? '–', ''] as const
  const took = [wordSpent(before.spent, currency), wordSpent(after.spent, currency)] as const
  return [
    { name: 'made of', rows: [...kept(comparison.facts).map(plain), ...fileRows(difference)] },
    { name: 'params', rows: kept(comparison.params).map(plain) },
    {
      name: 'metrics',
      rows: kept(comparison.metrics).map(metricRow),
      note: comparison.isSameData
        ? 'Whether one is better is for gates to say: intervals that overlap prove nothing either way.'
        : 'Judged on other test rows: the difference holds that of the data too.',
    },
    {
      name: 'self-reported',
      rows: kept(comparison.selfReported).map(({ name, before: one, after: other, difference: by }) => [
        name,
        wordNumber(one),
        wordNumber(other),
        by === null ? '' : wordSigned(by),
      ]),
      note: 'By the stages, never judged.',
    },
    { name: 'gates', rows: kept(comparison.gates).map(plain) },
    { name: 'stages', rows: kept(comparison.stages).map(stageRow) },
    { name: 'assets', rows: kept(difference.assets ?? []).map(assetRow) },
    { name: 'took', rows: isAll || took[0] !== took[1] ? [['all executions', ...took, '']] : [] },
  ]
}

function fileRows({ code, data, comparison }: RunDifference): Section['rows'] {
  const isSameData = comparison.facts.find(({ name }) => name === 'data')?.isSame ?? false
  return [
    ...(code === null ? [['code files', '', '', 'not known here'] as const] : fileRow('code files', code)),
    ...(isSameData
      ? []
      : data === null
        ? [['data files', '', '', 'not known here'] as const]
        : fileRow('data files', data)),
  ]
}

function fileRow(name: string, { added, removed, changed }: FileChanges): Section['rows'] {
  const all = [
    ...changed.map((path) => `~${path}`),
    ...added.map((path) => `+${path}`),
    ...removed.map((path) => `−${path}`),
  ]
  if (all.length === 0) return []
  const more = all.length - filesShown
  const shown = all.slice(0, filesShown).join(' ')
  return [[name, '', '', `${shown}${more > 0 ? ` and ${formatCount(more)} more` : ''}`]]
}

function metricRow({ name, before, after, difference, overlaps }: MetricSide): Section['rows'][number] {
  const intervals = { true: ' · intervals overlap', false: ' · intervals apart', null: '' }[String(overlaps) as 'true']
  const by = difference === null ? '' : `${wordSigned(difference)}${intervals}`
  return [name, wordMetric(before), wordMetric(after), by]
}

function stageRow({ name, before, after }: Side<StageFacts>): Section['rows'][number] {
  return [name, stageWords(before), stageWords(after), '']
}

function stageWords(stage: StageFacts | undefined): string {
  if (stage === undefined) return '–'
  const { outcome, seconds, peakMemoryBytes } = stage
  const memory = peakMemoryBytes === null ? [] : [formatBytes(peakMemoryBytes)]
  return [outcome === 'done' ? 'ran' : outcome, formatSeconds(seconds), ...memory].join(' · ')
}

function assetRow({ name, before, after, isSame }: AssetSide): Section['rows'][number] {
  const words = (asset: AssetSide['before']) =>
    asset === null
      ? '–'
      : [asset.sha256?.slice(0, 8) ?? 'unknown', ...(asset.bytes === null ? [] : [formatBytes(asset.bytes)])].join(
          ' · ',
        )
  const [one, other] = [before?.bytes ?? null, after?.bytes ?? null]
  const by = one === null || other === null || one === other ? '' : wordSignedBytes(other - one)
  return [name, words(before), words(after), isSame ? 'same bytes' : by]
}

function wordSignedBytes(difference: number): string {
  return `${difference > 0 ? '+' : '−'}${formatBytes(Math.abs(difference))}`
}

function wordNumber(value: number | undefined): string {
  return value === undefined ? '–' : formatNumber(value, 4)
}

function wordSigned(difference: number): string {
  return difference > 0 ? `+${formatNumber(difference)}` : formatNumber(difference)
}
