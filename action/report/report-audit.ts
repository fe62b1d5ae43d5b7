import type { AuditEntry } from '../registry/audit-entries.ts'
import type { LedgerVerification } from '../registry/verify-whole-ledger.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { auditCells, auditHeader } from './word-audit.ts'
import { columns } from './word-runs.ts'

/** What `audit` shows. */
export interface Audit {
  readonly repository: string
  /** The ledger's commit; null where there is none yet. */
  readonly head: string | null
  /** ISO 8601 in UTC: from the first moment up to, and without, the second; null leaves an end open. */
  readonly from: string | null
  readonly to: string | null
  /** Records of the ledger, of whatever time. */
  readonly total: number
  /** Those of the time, oldest first. */
  readonly entries: readonly AuditEntry[]
  /** Null where it was not asked for. */
  readonly verification: LedgerVerification | null
  /** The file that was written. */
  readonly csv: string | null
}

const marks = { agrees: '✓', disagrees: '✗', 'cannot see': '–' } as const

/** More rows than this nobody reads in a job's summary, nor more things that disagree anywhere. */
const mostRows = 200
const mostFindings = 50

export function reportAudit(audit: Audit): Report {
  const { entries, verification, csv } = audit
  const cells = entries.map((entry) => auditCells(entry).map(plainText))
  const headline = wordHeadline(audit)
  const checks = (verification?.checks ?? []).map(({ name, outcome, detail }) => [
    name,
    `${marks[outcome]} ${outcome}`,
    plainText(detail),
  ])
  const all = verification?.findings ?? []
  const findings = all.slice(0, mostFindings).map(({ file, problem }) => [plainText(file), plainText(problem)])
  const more = all.length - findings.length
  const moreFindings = more > 0 ? [`${formatCount(more)} more things disagree; --json has them all.`] : []
  const notes = notesOf(audit).map(plainText)
  const left = cells.length - mostRows
  return {
    text: ownLines([
      headline,
      ...columns(checks).map((line) => `  ${line}`),
      ...block([...columns(findings).map((line) => `  ✗ ${line}`), ...moreFindings.map((line) => `  ${line}`)]),
      ...block(cells.length === 0 ? [] : columns([auditHeader, ...cells]).map((line) => `  ${line}`)),
      ...block(notes.map((note) => `  ${note}`)),
    ]),
    markdown: [
      '## Audit',
      markdownText(headline),
      ...table(['check', 'outcome', 'what'], checks),
      ...table(['what disagrees', 'how'], findings),
      ...moreFindings,
      ...table(auditHeader, cells.slice(0, mostRows)),
      ...(left > 0
        ? [`${formatCount(left)} more records are not shown here; \`csv\` and the JSON have them all.`]
        : []),
      ...notes.map(markdownText),
    ].join('\n\n'),
    outputs: {
      verdict: verification === null ? 'not verified' : verification.isVerified ? 'verified' : 'no',
      records: String(entries.length),
      findings: String(all.length),
    },
    ...nextOf(verification, csv),
  }
}

function wordHeadline({ repository, from, to, total, entries, verification }: Audit): string {
  const verdict = verification === null ? [] : [verification.isVerified ? 'VERIFIED ' : 'NOT VERIFIED ']
  const found = verification?.findings.length ?? 0
  const disagree = found === 0 ? [] : [found === 1 ? '1 thing disagrees' : `${formatCount(found)} things disagree`]
  const time = [...(from === null ? [] : [`from ${wordEnd(from)}`]), ...(to === null ? [] : [`before ${wordEnd(to)}`])]
  const records = entries.length === 1 ? '1 record' : `${formatCount(entries.length)} records`
  const told = `${records}${time.length === 0 ? '' : ` ${time.join(' ')} (UTC)`}`
  const of = entries.length === total ? [] : [`of ${formatCount(total)} in all`]
  return [...verdict, [plainText(repository), ...disagree, told, ...of].join(' · ')].join(' ')
}

/** The day alone where it is a midnight. */
function wordEnd(moment: string): string {
  return moment
    .replace(/T00:00:00\.000Z$/, '')
    .replace(/:00\.000Z$/, '')
    .replace('T', ' ')
}

function notesOf({ entries, verification }: Audit): readonly string[] {
  const hidden = entries.filter(({ approval }) => approval.kind === 'cannot see').length
  return [
    ...(verification?.mended ?? []).map((note) => `Changed and put back: ${note}.`),
    ...(verification?.unseen ?? []),
    ...(hidden === 0
      ? []
      : [`Who let ${formatCount(hidden)} of them in: this token may not read pull requests (pull-requests: read).`]),
    'Runs of pull requests leave an artifact and no record: they are not told here.',
  ]
}

function nextOf(verification: LedgerVerification | null, csv: string | null): { readonly next?: string } {
  if (verification?.isVerified === false && verification.findings.length === 0)
    return { next: 'there is nothing to verify before the first plumbline register' }
  if (verification?.isVerified === false)
    return { next: 'trust no record that is named; git log plumbline/ledger says who changed it' }
  if (verification === null) return { next: 'plumbline audit --verify checks that nobody changed the ledger' }
  return csv === null ? {} : { next: `open ${plainText(csv)}` }
}

function block(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  return [
    markdownTable(
      header.map(markdownText),
      rows.map((cells) => cells.map(markdownText)),
    ),
  ]
}
