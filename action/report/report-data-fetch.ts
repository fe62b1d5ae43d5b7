import type { LandedSource } from '../data/sources/land-source.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordChanges } from './word-landing.ts'

export interface DataFetch {
  readonly sources: readonly LandedSource[]
  readonly isChanged: boolean
  /** That were landed and lie there now. */
  readonly files: number
  /** That were transferred or made now. */
  readonly fetchedBytes: number
  readonly seconds: number
}

const maxShown = 20

/** What was fetched: the verdict, then each source with what came, changed and went. */
export function reportDataFetch(fetch: DataFetch): Report {
  const verdict = verdictOf(fetch)
  const changes = fetch.sources.flatMap(changesOf)
  const shown = changes.slice(0, maxShown)
  const more = changes.length > maxShown ? [`… and ${formatCount(changes.length - maxShown)} more`] : []
  const width = Math.max(0, ...fetch.sources.map(({ name }) => name.length))
  return {
    text: ownLines([
      verdict,
      ...fetch.sources.map((source) => `  ${source.name.padEnd(width)}  ${wordSource(source)}`),
      ...shown.map(({ sign, path, bytes }) => `  ${sign} ${plainText(path)}  ${formatBytes(bytes)}`),
      ...more.map((line) => `  ${line}`),
    ]),
    markdown: [
      `## ${markdownText(verdict)}`,
      ...(fetch.sources.length === 0 ? [] : [fetch.sources.map(sourceItem).join('\n')]),
      ...(shown.length > 0 ? [changeTable(shown)] : []),
      ...more,
    ].join('\n\n'),
    outputs: {
      verdict: 'pass',
      changed: String(fetch.isChanged),
      'landed-files': String(fetch.files),
      'fetched-bytes': String(fetch.fetchedBytes),
    },
    ...(fetch.isChanged && { next: 'plumbline snapshot' }),
  }
}

function verdictOf({ sources, isChanged, files, fetchedBytes, seconds }: DataFetch): string {
  if (sources.length === 0) return 'NOTHING  no source of plumbline.yaml is remote'
  const from = `${sources.length} ${sources.length === 1 ? 'source' : 'sources'}`
  const took = formatSeconds(seconds)
  if (!isChanged) return `UNCHANGED  ${wordFiles(files)} of ${from}: nothing new · ${took}`
  return `FETCHED  ${wordFiles(files)} of ${from} · ${formatBytes(fetchedBytes)} in ${took}`
}

function wordSource(source: LandedSource): string {
  return `${plainText(source.into)}: ${wordChanges(source)}`
}

function sourceItem(source: LandedSource): string {
  return `- ${markdownText(source.name)}, ${markdownCode(source.into)}: ${markdownText(wordChanges(source))}`
}

interface Shown {
  readonly sign: '+' | '~' | '−'
  readonly path: string
  readonly bytes: number
}

function changesOf({ files, gone }: LandedSource): readonly Shown[] {
  const came = files.flatMap(({ path, bytes, change }) => {
    if (change === 'unchanged') return []
    return [{ sign: change === 'new' ? '+' : '~', path, bytes } as const]
  })
  return [...came, ...gone.map(({ path, bytes }) => ({ sign: '−', path, bytes }) as const)]
}

function changeTable(changes: readonly Shown[]): string {
  const words = { '+': 'new', '~': 'changed', '−': 'gone' } as const
  const rows = changes.map(({ sign, path, bytes }) => [words[sign], markdownCode(path), formatBytes(bytes)])
  return markdownTable(['', 'file', 'size'], rows, ['left', 'left', 'right'])
}

function wordFiles(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'file' : 'files'}`
}
