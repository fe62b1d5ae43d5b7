import type { AliasMove } from '../registry/aliases.ts'
import type { AssetFacts, ReleaseFacts } from '../registry/release-facts.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { namesOf } from './report-registry.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordEnvironment } from './word-environment.ts'
import { columns, wordMetric, wordMoment } from './word-runs.ts'

/** What `registry show` shows. */
export interface ShownRelease {
  readonly release: ReleaseFacts
  /** Every move of an alias from or to this version, oldest first. */
  readonly aliasHistory: readonly AliasMove[]
  readonly calls: number
}

type Row = readonly [name: string, value: string]

const gateMarks = { pass: '✓', fail: '✗', 'insufficient data': '–' } as const
const assetMarks: Readonly<Record<AssetFacts['state'], string>> = {
  'as published': '',
  'other bytes': '✗ other bytes than were published',
  gone: '✗ gone',
  added: '✗ added after it was published',
}

export function reportRelease({ release, aliasHistory }: ShownRelease): Report {
  const { tag, model, version, assets, state } = release
  const rows = factRows(release)
  const metrics = (release.run?.metrics ?? []).map((metric): Row => [metric.name, wordMetric(metric)])
  const gates = (release.run?.gates ?? []).map(({ gate, kind, reason }): Row => [gate, `${gateMarks[kind]} ${reason}`])
  const history = aliasHistory.map((move): Row => [wordMoment(move.at), wordMove(move, tag)])
  const files = assets.map(({ name, bytes, sha256, state: held, parts }) => [
    parts === undefined ? name : `${name} in ${formatCount(parts)} parts`,
    bytes === null ? '' : formatBytes(bytes),
    sha256?.slice(0, 12) ?? 'unknown',
    assetMarks[held],
  ])
  const sections = [
    { name: 'metrics', rows: metrics },
    { name: 'gates', rows: gates },
    { name: 'assets', rows: files },
    { name: 'aliases', rows: history },
  ].filter((section) => section.rows.length > 0)
  return {
    text: ownLines([
      `${model}-v${version}  ${state}  ${tag}`,
      ...columns(rows).map((line) => `  ${plainText(line)}`),
      ...sections.flatMap((section) => [
        '',
        `  ${section.name}`,
        ...columns(section.rows.map((cells) => cells.map(plainText))).map((line) => `    ${line}`),
      ]),
    ]),
    markdown: [
      `## ${markdownText(`${model} v${version}`)}: ${state}`,
      markdownCode(tag),
      markdownTable(
        ['', ''],
        rows.map((cells) => cells.map(markdownText)),
      ),
      ...sections.flatMap((section) => [
        `### ${section.name}`,
        markdownTable(
          section.name === 'assets' ? ['name', 'size', 'SHA-256', ''] : ['', ''],
          section.rows.map((cells) => cells.map(markdownText)),
        ),
      ]),
    ].join('\n\n'),
    outputs: { tag, state },
    next: state === 'published' ? `plumbline registry download ${tag}` : `plumbline lineage ${tag}`,
  }
}

function factRows(release: ReleaseFacts): readonly Row[] {
  const { run, cleaned, bytes } = release
  const names = namesOf(release)
  const params = Object.entries(run?.params ?? {}).map(([name, value]) => `${name} ${value}`)
  return [
    ['published', `${wordMoment(release.publishedAt)} UTC by ${release.actor}`],
    ...(cleaned ? [['cleaned', `${wordMoment(cleaned.at)} UTC by ${cleaned.actor}: ${cleaned.reason}`] as const] : []),
    ...(names.length > 0 ? [['names', names.join(' · ')] as const] : []),
    ['commit', release.commit],
    ['data', run ? `${release.dataDigest.slice(0, 8)}  ${formatCount(run.data.rows)} rows` : release.dataDigest],
    ...(run
      ? ([
          ['params', [...params, `seed ${run.seed}`].join(' · ')],
          ['env', wordEnvironment(run.environment)],
        ] as const)
      : []),
    ['run key', release.runKey],
    ...(bytes === null
      ? []
      : [['size', `${formatCount(release.assets.length)} assets, ${formatBytes(bytes)}`] as const]),
  ]
}

/** `champion set here, was parcels-v11-…`, `champion moved on to parcels-v13-…`, `champion removed` */
function wordMove({ name, tag, was, actor }: AliasMove, here: string): string {
  const moved =
    tag === here ? `set here${was === null ? '' : `, was ${was}`}` : tag === null ? 'removed' : `moved on to ${tag}`
  return `${name} ${moved} by ${actor}`
}
