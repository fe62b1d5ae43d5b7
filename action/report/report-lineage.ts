import type { Lineage, ModelLineage, UseLineage } from '../registry/lineage.ts'
import { markdownCode, markdownLink, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatNumber } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordEnvironment } from './word-environment.ts'

/** What `lineage` shows. */
export interface LineageResult {
  readonly lineage: Lineage
  /** The last commit that touched code, where this clone knows it. */
  readonly code: { readonly sha: string; readonly subject: string; readonly author: string } | null
}

type Row = readonly [name: string, value: string]

export function reportLineage({ lineage, code }: LineageResult): Report {
  return lineage.kind === 'model' ? reportModel(lineage, code) : reportUse(lineage)
}

function reportModel(lineage: ModelLineage, code: LineageResult['code']): Report {
  const { release, url } = lineage
  const title = `${release.model}-v${release.version}`
  const published = `published ${release.publishedAt.slice(0, 16).replace('T', ' ')} UTC by ${release.actor}`
  const rows = rowsOf(lineage, code)
  const last = rows.length - 1
  return {
    text: ownLines([
      `${title}  ${plainText(published)}`,
      ...rows.map(([name, value], index) => `${index === last ? '└─' : '├─'} ${name.padEnd(9)} ${plainText(value)}`),
    ]),
    markdown: [
      `## Lineage of ${markdownText(title)}`,
      `${markdownLink(release.tag, url)}, ${markdownText(published)}.`,
      markdownTable(
        ['', ''],
        rows.map(([name, value]) => [name, markdownText(value)]),
      ),
    ].join('\n\n'),
    outputs: { tag: release.tag },
  }
}

function rowsOf({ release, commit, run, previous, model }: ModelLineage, code: LineageResult['code']): readonly Row[] {
  const { trigger, builtFrom, environment, data } = run
  const built = builtFrom === null ? '' : `  (built from ${builtFrom.head.slice(0, 8)}, run ${builtFrom.runId})`
  const subject = commit === null ? 'not in the repository any more' : `"${commit.subject}"  by ${commit.author}`
  const params = Object.entries(run.params).map(([name, value]) => `${name} ${value}`)
  return [
    ['why', `${trigger.kind}: ${trigger.reason} · by ${trigger.actor}`],
    ['commit', `${release.commit.slice(0, 8)}  ${subject}${built}`],
    ...(code === null
      ? []
      : [['code', `last changed by ${code.sha.slice(0, 8)}  "${code.subject}"  by ${code.author}`] as const]),
    ['data', [dataOf(data), ...changeOf(previous)].join(' · ')],
    ['params', [...params, `seed ${run.seed}`].join(' · ')],
    ['env', wordEnvironment(environment)],
    ['judged', judgedOf(run)],
    ['bytes', bytesOf(run, model)],
  ]
}

function dataOf({ digest, files, rows, since, until }: ModelLineage['run']['data']): string {
  const period = since === null || until === null ? '' : `, ${dayOf(since)} … ${dayOf(until)}`
  return `${digest.slice(0, 8)}  ${formatCount(files)} ${files === 1 ? 'file' : 'files'}, ${formatCount(rows)} rows${period}`
}

/** `2025-07-31T20:29:07Z` → `2025-07-31`; an integer time stays. */
function dayOf(time: string): string {
  return /^\d{4}-\d{2}-\d{2}T/.test(time) ? time.slice(0, 10) : time
}

function changeOf(previous: ModelLineage['previous']): readonly string[] {
  if (previous === null) return ['the first release']
  const { dataDigest, filesAdded, filesRemoved } = previous
  if (filesAdded + filesRemoved === 0) return [`same data as ${previous.tag}`]
  return [`was ${dataDigest.slice(0, 8)}: +${formatCount(filesAdded)}, −${formatCount(filesRemoved)} files`]
}

function judgedOf({ metrics, gates }: ModelLineage['run']): string {
  const passed = gates.filter(({ kind }) => kind === 'pass').length
  const rows = metrics[0]?.rows
  const worded = metrics.slice(0, 3).map(({ name, value, low, high }) => {
    const interval =
      low === undefined || high === undefined ? '' : ` (${formatNumber(low, 3)}–${formatNumber(high, 3)})`
    return `${name} ${value === null ? 'undefined' : formatNumber(value, 3)}${interval}`
  })
  const on = rows === undefined ? [] : [`on ${formatCount(rows)} rows`]
  return [...worded, ...on, `${passed} of ${gates.length} gates`].join(' · ')
}

function bytesOf(run: ModelLineage['run'], model: ModelLineage['model']): string {
  const isRefitted = run.stages.some(({ name }) => name === 'refit')
  const fit = isRefitted && run.split ? ` · released fit, ${formatCount(run.split.whole)} rows` : ' · the judged fit'
  return `${model.name} sha256 ${model.sha256?.slice(0, 8) ?? 'unknown'}… · ${formatBytes(model.bytes)}${fit}`
}

function reportUse({ what, digest, path, releases }: UseLineage): Report {
  const name = `${what} ${digest.slice(0, 8)}${path === null ? '' : `  ${path}`}`
  const count = `${formatCount(releases.length)} ${releases.length === 1 ? 'model' : 'models'}`
  return {
    text: ownLines([
      `${plainText(name)}  used by ${count}`,
      ...releases.map(
        ({ tag, publishedAt }, index) =>
          `${index === releases.length - 1 ? '└─' : '├─'} ${tag}  published ${publishedAt.slice(0, 10)}`,
      ),
    ]),
    markdown: [
      `## Used by ${count}: ${markdownText(name)}`,
      markdownTable(
        ['release', 'published', 'commit', 'data'],
        releases.map(({ tag, publishedAt, commit, dataDigest }) => [
          markdownCode(tag),
          markdownText(publishedAt.slice(0, 10)),
          markdownCode(commit.slice(0, 8)),
          markdownCode(dataDigest.slice(0, 8)),
        ]),
      ),
    ].join('\n\n'),
    outputs: {},
    ...(releases.length > 0 && { next: `plumbline lineage ${releases.at(-1)?.tag ?? ''}` }),
  }
}
