import { byBytes } from '../base/byte-order.ts'
import type { CollectedGarbage } from '../data/collect-garbage.ts'
import type { CollectedElsewhere } from '../data/garbage/collect-elsewhere.ts'
import type { ListedData, ListedFile, ListedSection } from '../data/list-data.ts'
import type { PulledFiles } from '../data/pull-snapshot.ts'
import { markdownBlock, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordFileSet, wordFiles } from './word-files.ts'

export interface DataListing extends ListedData {
  readonly digest: string
  readonly until: string | null
  readonly isSums: boolean
  /** What was asked for, where it was not the current snapshot. */
  readonly asked?: string
  readonly commit?: string
  readonly snapshots: readonly {
    readonly kind: 'current' | 'named' | 'history'
    readonly digest: string
    readonly until: string | null
    readonly files: number
    readonly name?: string
    readonly commit?: string
    readonly date?: string
  }[]
}

/** What a snapshot pins, where its bytes are, and which other ones there are. */
export function reportDataListing(listing: DataListing): Report {
  const missing = listing.sections.reduce((sum, section) => sum + section.missing, 0)
  const outputs = { 'data-digest': listing.digest, missing: String(missing) }
  if (listing.isSums) {
    const text = ownLines(sumsOf(listing.files))
    return { text, markdown: markdownBlock(text, ''), outputs }
  }
  const verdict = verdictOf(listing, missing)
  const sections = listing.sections.map(sectionCells)
  const snapshots = onePerData(listing.snapshots).map(snapshotCells)
  const lost = listing.files.filter(({ tree, isStored }) => tree !== 'there' && !isStored).map(({ path }) => path)
  const other = listing.files.filter(({ tree }) => tree === 'other bytes').map(({ path }) => path)
  const warnings = [
    ...(lost.length > 0
      ? [
          `Neither here nor in the store: ${wordFileSet(lost)}. Run plumbline snapshot where the data is, with the same store.`,
        ]
      : []),
    ...(other.length > 0 ? [`Other bytes than the pinned ones: ${wordFileSet(other)}. ${wordWays(listing)}`] : []),
  ]
  const isHere = listing.files.every(({ tree }) => tree === 'there')
  return {
    text: ownLines([
      verdict,
      ...columns(sections),
      ...(snapshots.length > 0 ? ['', 'Snapshots', ...columns(snapshots)] : []),
      ...warnings.map((warning) => `! ${plainText(warning)}`),
    ]),
    markdown: [
      `## ${markdownText(verdict)}`,
      markdownTable(['section', 'files', 'rows', 'where'], sections.map(asMarkdown)),
      ...(snapshots.length > 0
        ? [markdownTable(['snapshot', 'data', 'until', 'pinned'], snapshots.map(asMarkdown))]
        : []),
      ...warnings.map((warning) => `> ${markdownText(warning)}`),
    ].join('\n\n'),
    outputs,
    ...(!isHere && missing === 0 && other.length === 0 && { next: pullCommand(listing) }),
  }
}

/** Each path once, in byte order, as `sha256sum -c` reads it: what breaks a line is escaped, in a line that says so. */
function sumsOf(files: readonly ListedFile[]): readonly string[] {
  return [...new Set(files.map(({ sha256, path }) => `${sha256}  ${path}`))]
    .sort((a, b) => byBytes(a.slice(66), b.slice(66)))
    .map((line) => {
      const escaped = line.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
      return escaped === line ? line : `\\${escaped}`
    })
}

function verdictOf({ digest, asked, commit, files, until }: DataListing, missing: number): string {
  const which = asked === undefined ? 'data.lock.yaml' : plainText(asked)
  const pinnedBy = commit === undefined ? '' : `, commit ${commit.slice(0, 8)}`
  const bytes = files.reduce((sum, one) => sum + one.bytes, 0)
  const size = `${wordFiles(files.length)} (${formatBytes(bytes)})${until === null ? '' : ` until ${until}`}`
  const state = missing === 0 ? '' : `, ${formatCount(missing)} missing`
  return `data ${digest.slice(0, 8)} (${which}${pinnedBy}): ${size}${state}`
}

function sectionCells({ name, files, bytes, rows, since, until, inTree, inStore, missing }: ListedSection): string[] {
  const span = since === null || until === null ? '' : ` · ${since} … ${until}`
  const where = [
    `${formatCount(inTree)} here`,
    `${formatCount(inStore)} stored`,
    ...(missing > 0 ? [`${formatCount(missing)} missing`] : []),
  ]
  return [
    name,
    `${wordFiles(files)} (${formatBytes(bytes)})`,
    rows === null ? 'rows not counted here' : `${formatCount(rows)} rows${span}`,
    where.join(', '),
  ]
}

type KnownSnapshot = DataListing['snapshots'][number]

/** Snapshots of the same data in one line: under the names that it has, with the newest commit that pinned it. */
function onePerData(snapshots: readonly KnownSnapshot[]): KnownSnapshot[] {
  const groups = new Map<string, KnownSnapshot[]>()
  for (const snapshot of snapshots) {
    const key = `${snapshot.digest} ${snapshot.until}`
    groups.set(key, [...(groups.get(key) ?? []), snapshot])
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    const names = same.flatMap(({ kind, name }) => (kind === 'history' ? [] : [name ?? kind]))
    const { commit, date } = same.find((one) => one.commit !== undefined) ?? {}
    return [
      {
        ...first,
        ...(names.length > 0 && { name: names.join(', ') }),
        ...(commit !== undefined && { commit }),
        ...(date !== undefined && { date }),
      },
    ]
  })
}

function snapshotCells({ kind, digest, until, files, name, commit, date }: KnownSnapshot): string[] {
  const pinned = commit === undefined ? '' : `${(date ?? '').slice(0, 10)} by ${commit.slice(0, 8)}`
  return [name ?? kind, digest.slice(0, 8), `${wordFiles(files)}${until === null ? '' : ` until ${until}`}`, pinned]
}

/** What can be done about files that somebody changed. */
function wordWays(listing: DataListing): string {
  const overwrite = `To overwrite them: ${pullCommand(listing)} --force`
  return listing.asked === undefined ? `To pin them: plumbline snapshot. ${overwrite}` : overwrite
}

function pullCommand({ asked }: DataListing): string {
  return asked === undefined ? 'plumbline data pull' : `plumbline data pull --data ${plainText(asked)}`
}

/** Cells as columns, two spaces between. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((cells) => cells.map(plainText))
  const widths = (safe[0] ?? []).map((_, place) => Math.max(...safe.map((cells) => cells[place]?.length ?? 0)))
  return safe.map((cells) => `  ${cells.map((cell, place) => cell.padEnd(widths[place] ?? 0)).join('  ')}`.trimEnd())
}

function asMarkdown(cells: readonly string[]): string[] {
  return cells.map(markdownText)
}

export interface PullSummary extends PulledFiles {
  readonly digest: string
  readonly withLinks: boolean
}

/** What a pull brought. */
export function reportPull(pulled: PullSummary): Report {
  const { there, copied, linked, bytes, digest, replaced, withLinks } = pulled
  const count = copied + linked
  const how = [
    ...(linked > 0 ? [`${formatCount(linked)} linked, read-only`] : []),
    ...(copied > 0 && withLinks ? [`${formatCount(copied)} copied: the store is on another device`] : []),
  ]
  const verdict =
    count === 0
      ? `UNCHANGED  data ${digest.slice(0, 8)}: ${there === 1 ? 'its file is' : `all ${wordFiles(there)} are`} here`
      : `PULLED  data ${digest.slice(0, 8)}: ${wordFiles(count)} (${formatBytes(bytes)})${there > 0 ? `, ${formatCount(there)} ${there === 1 ? 'was' : 'were'} here` : ''}`
  const lines = [...how, ...(replaced.length > 0 ? [`overwritten: ${wordFileSet(replaced)}`] : [])]
  return {
    text: ownLines([verdict, ...lines.map((line) => `  ${plainText(line)}`)]),
    markdown: [`## ${markdownText(verdict)}`, ...lines.map(markdownText)].join('\n\n'),
    outputs: { 'data-digest': digest, pulled: String(count) },
  }
}

export interface GarbageSummary extends CollectedGarbage {
  readonly isDryRun: boolean
  /** `keep.data` */
  readonly keep: number
  /** Of a store elsewhere. */
  readonly elsewhere?: Omit<CollectedElsewhere, 'remove'> & {
    /** What went, or would, as one: an object by its digest, a release by its tag. */
    readonly removed: readonly { readonly name: string; readonly files: number; readonly bytes: number }[]
  }
}

const pathsShown = 20

/** What went, and why the rest stays. */
export function reportGarbage({ removed, kept, young, locks, isDryRun, keep, elsewhere }: GarbageSummary): Report {
  const here = removed.map((file) => ({ name: file.path.split(/[/\\]/).at(-1) ?? '', files: 1, bytes: file.bytes }))
  const all = [...(elsewhere?.removed ?? []), ...here]
  const files = all.reduce((sum, one) => sum + one.files, 0)
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0)
  const size = `${wordFiles(files)} (${formatBytes(bytes)})`
  const verdict =
    all.length === 0 ? 'UNCHANGED  nothing stored is garbage' : `${isDryRun ? 'WOULD REMOVE' : 'REMOVED'}  ${size}`
  const facts = [
    ...(elsewhere ? wordElsewhere(elsewhere, keep) : []),
    `${elsewhere ? 'on this machine, ' : ''}kept: ${wordFiles(kept.files)} (${formatBytes(kept.bytes)}), needed by ${wordLocks(locks)}: here, named, at branches and tags, or among the newest ${keep} of this branch`,
    ...(young > 0 ? [`kept: ${wordFiles(young)} that no lock needs, younger than an hour`] : []),
  ]
  const shown = all.slice(0, pathsShown).map(({ name, files: many, bytes: held }) => {
    const digest = /^[0-9a-f]{64}/.exec(name) ? `${name.slice(0, 16)}…` : name
    return `${digest}  ${many === 1 ? '' : `${wordFiles(many)}  `}${formatBytes(held)}`
  })
  const more = all.length > pathsShown ? [`… and ${formatCount(all.length - pathsShown)} more`] : []
  return {
    text: ownLines([verdict, ...facts.map((fact) => `  ${fact}`), ...[...shown, ...more].map((line) => `  − ${line}`)]),
    markdown: [`## ${markdownText(verdict)}`, ...[...facts, ...shown, ...more].map(markdownText)].join('\n\n'),
    outputs: { removed: String(files), bytes: String(bytes) },
    ...(isDryRun && all.length > 0 && { next: 'the same without --dry-run' }),
  }
}

function wordElsewhere(
  { store, kept, locks, unreadable, leftovers, removed }: NonNullable<GarbageSummary['elsewhere']>,
  keep: number,
): readonly string[] {
  const weight = ({ files, bytes }: { readonly files: number; readonly bytes: number }) =>
    `${wordFiles(files)} (${formatBytes(bytes)})`
  const went = { files: 0, bytes: 0 }
  for (const one of removed) {
    went.files += one.files
    went.bytes += one.bytes
  }
  return [
    `in ${store}: ${weight(went)} that no lock needs`,
    `kept there: ${weight(kept.needed)}, needed by ${wordLocks(locks)}: of branches, tags, releases, open pull requests and this machine, or among the newest ${keep} of the default branch`,
    ...(kept.young.files > 0
      ? [`kept there: ${weight(kept.young)} younger than 14 days, which a lock may be about to name`]
      : []),
    ...(kept.claimed.files > 0
      ? [`kept there: ${weight(kept.claimed)} that a snapshot --push of the last 14 days relies on`]
      : []),
    ...(unreadable.length > 0
      ? [`kept there: ${unreadable.join(', ')}, whose index cannot be read; delete it by hand if nobody needs it`]
      : []),
    ...(leftovers > 0 ? [`uploads there that broke off more than 14 days ago: ${formatCount(leftovers)}`] : []),
  ]
}

function wordLocks(locks: number): string {
  if (locks === 0) return 'nothing, for there is no lock'
  return locks === 1 ? 'one lock' : `one of ${formatCount(locks)} locks`
}
