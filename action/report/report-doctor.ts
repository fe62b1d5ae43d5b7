import type { Finding } from '../doctor/check-settings.ts'
import { markdownLink, markdownTable, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

/** What `doctor` shows. */
export interface DoctorReport {
  readonly repository: string
  /** What cannot be seen counts as wrong. */
  readonly strict: boolean
  /** What is wrong first, then what cannot be seen. */
  readonly findings: readonly Finding[]
}

const marks = { ok: '✓', wrong: '✗', 'cannot see': '?' } as const

export function reportDoctor({ repository, strict, findings }: DoctorReport): Report {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
  const [bad, unseen, good] = [count('wrong'), count('cannot see'), count('ok')]
  const isWrong = bad > 0 || (strict && unseen > 0)
  const headline = `${isWrong ? 'FAIL' : 'PASS'}  ${bad} wrong, ${unseen} cannot be seen with this token, ${good} ok · ${plainText(repository)}`
  const first = findings.find(({ state }) => state === 'wrong')
  return {
    text: ownLines([
      headline,
      ...findings.filter(isNoteworthy).flatMap(linesOf),
      ...(good > 0 ? [''] : []),
      ...findings.filter(({ state }) => state === 'ok').flatMap(linesOf),
    ]),
    markdown: [
      '## Settings',
      markdownText(headline),
      markdownTable(
        ['', 'setting', 'found', 'without it', 'to mend it', 'where'],
        findings.map((finding) => [
          `${marks[finding.state]} ${finding.state}`,
          markdownText(finding.setting),
          markdownText(finding.found),
          finding.state === 'ok' ? '' : markdownText(finding.without),
          finding.mend === null ? '' : markdownText(finding.mend),
          markdownLink(finding.where, finding.where),
        ]),
      ),
    ].join('\n\n'),
    outputs: { wrong: String(bad), 'cannot-see': String(unseen) },
    ...(first && { next: `${first.mend ?? ''} (${first.where})` }),
  }
}

function isNoteworthy({ state }: Finding): boolean {
  return state !== 'ok'
}

/** What is in order takes a line; everything else its reason, its place and its remedy. */
function linesOf({ state, setting, found, without, mend, where }: Finding): readonly string[] {
  const line = `${marks[state]} ${plainText(setting)}: ${state === 'cannot see' ? 'cannot see: ' : ''}${plainText(found)}`
  if (state === 'ok') return [line]
  return [
    '',
    line,
    `    without  ${plainText(without)}`,
    ...(mend === null ? [] : [`    mend     ${plainText(mend)}`]),
    `    where    ${plainText(where)}`,
  ]
}
