import type { Verification } from '../registry/verification.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'
import { columns } from './word-runs.ts'

const marks = { agrees: '✓', disagrees: '✗', 'cannot see': '–' } as const

export function reportVerification({ tag, folder, isVerified, checks, findings }: Verification): Report {
  const subject = plainText(tag ?? folder)
  const verdict = isVerified ? 'VERIFIED' : 'NOT VERIFIED'
  const many = findings.length === 1 ? '1 thing disagrees' : `${formatCount(findings.length)} things disagree`
  const summary = isVerified ? 'everything that could be checked agrees' : many
  const rows = checks.map(({ name, outcome, detail }) => [name, `${marks[outcome]} ${outcome}`, plainText(detail)])
  const found = findings.map((finding) => [plainText(finding.subject), plainText(finding.problem)])
  return {
    text: ownLines([
      `${verdict}  ${subject}: ${summary}`,
      ...columns(rows).map((line) => `  ${line}`),
      ...(found.length === 0 ? [] : ['', ...columns(found).map((line) => `  ✗ ${line}`)]),
    ]),
    markdown: [
      `## ${isVerified ? 'Verified' : 'Not verified'}: ${markdownText(subject)}`,
      `${summary[0]?.toUpperCase()}${summary.slice(1)}. It says that bytes belong together, not who made them.`,
      markdownTable(
        ['check', 'outcome', 'what'],
        rows.map((cells) => cells.map(markdownText)),
      ),
      ...(found.length === 0
        ? []
        : [
            markdownTable(
              ['what disagrees', 'how'],
              found.map((cells) => cells.map(markdownText)),
            ),
          ]),
    ].join('\n\n'),
    outputs: { verdict: isVerified ? 'verified' : 'no', findings: String(findings.length) },
    ...(!isVerified && { next: 'do not use it; plumbline registry show names the release and who published it' }),
  }
}
