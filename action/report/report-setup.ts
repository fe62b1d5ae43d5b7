import { markdownLink, markdownTable, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

/** What `setup` shows. */
export interface SetupReport {
  readonly repository: string
  readonly isApplied: boolean
  readonly steps: readonly {
    readonly thing: string
    readonly kind: 'create' | 'change' | 'nothing' | 'cannot'
    readonly what: string
    readonly where: string
  }[]
  /** For a person to do. */
  readonly left: readonly {
    readonly thing: string
    readonly what: string
    readonly where: string
    readonly why: string
  }[]
}

export function reportSetup({ repository, isApplied, steps, left }: SetupReport): Report {
  const failed = new Set(left.map(({ thing }) => thing))
  const changes = steps.filter(
    ({ kind, thing }) => (kind === 'create' || kind === 'change') && !failed.has(thing),
  ).length
  const counted = `${changes} ${changes === 1 ? 'change' : 'changes'}`
  const headline = [
    isApplied ? `${left.length > 0 ? 'FAIL' : 'DONE'}  ${counted}` : `PLAN  ${counted} to make`,
    ...(left.length > 0 ? [`${left.length} for a person to do`] : []),
    plainText(repository),
  ].join(' · ')
  const asks = left.map((one) => ({ ...one, how: `${one.what} (${one.why})`.trimStart() }))
  return {
    text: ownLines([
      headline,
      ...steps.map(({ kind, thing, what }) => `  ${kind.padEnd(8)} ${plainText(thing)}: ${plainText(what)}`),
      ...asks.flatMap(({ thing, how, where }) => [
        '',
        `✗ ${plainText(thing)}: ${plainText(how)}`,
        `    where    ${plainText(where)}`,
      ]),
    ]),
    markdown: [
      '## Setup',
      markdownText(headline),
      markdownTable(
        ['', 'thing', 'what'],
        steps.map(({ kind, thing, what }) => [kind, markdownText(thing), markdownText(what)]),
      ),
      ...asks.map(
        ({ thing, how, where }) => `✗ ${markdownText(thing)}: ${markdownText(how)} · ${markdownLink(where, where)}`,
      ),
    ].join('\n\n'),
    outputs: { changes: String(changes), left: String(left.length) },
    ...(!isApplied && changes > 0 && { next: 'plumbline setup --apply' }),
  }
}
