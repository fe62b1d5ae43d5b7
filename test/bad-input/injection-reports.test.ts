/* oxlint-disable no-control-regex -- control characters are part of what this file is about */
import { describe, expect, test } from 'vitest'
import { logText } from '../../action/github/runner/log-text.ts'
import { commentBudget, fitMarkdown, summaryBudget } from '../../action/report/fit-markdown.ts'
import { markdownEnding } from '../../action/report/markdown-ending.ts'
import { plain } from '../../action/report/paint.ts'
import { closingText, proposalBody, proposalIssue } from '../../action/report/proposal-text.ts'
import type { Report } from '../../action/report/report.ts'
import { jsonEnding, wordEnding } from '../../action/report/word-ending.ts'
import { wordJudgement } from '../../action/report/word-judgement.ts'
import { shapeOf, textsOf } from '../support/markdown-tree.ts'
import { hostileNames } from './hostile-names.ts'
import { proposalNamed } from './proposal-named.ts'
import { decisionNamed, reportsOfData } from './reports-of-data.ts'
import { reportsOfRuns } from './reports-of-runs.ts'
import { runNamed } from './run-named.ts'

/** What is left out where it is empty has tests of its own. */
const names = Object.entries(hostileNames).filter(([, name]) => name.trim() !== '')
const reports = Object.entries({ ...reportsOfRuns, ...reportsOfData })

const proposals: Readonly<Record<string, (name: string) => string>> = {
  'what is told of the checks of one': (name) =>
    wordJudgement(
      { run: 7, url: 'https://github.com/acme/parcels/actions/runs/7', isGood: false, record: runNamed(name) },
      { tag: name, record: runNamed(name) },
    ),
  'the body of a pull request': (name) => proposalBody(proposalNamed(name)),
  'the body of one for drift': (name) => proposalBody(proposalNamed(name, null)),
  'an issue instead of one': (name) => proposalIssue(proposalNamed(name), 'https://github.com/acme/parcels/compare/x'),
  'a comment that closes one': (name) => closingText('no reason', { ...decisionNamed(name, null), verdict: 'wait' }),
}

const pages: Readonly<Record<string, (name: string) => string>> = {
  ...Object.fromEntries(
    reports.map(([what, report]) => [
      what,
      (name: string) => markdownEnding('run', { kind: 'done', result: {}, report: report(name) }),
    ]),
  ),
  ...proposals,
}

describe.each(Object.entries(pages))('in %s', (_, render) => {
  const expected = shapeOf(render('name'))

  test('every name is text, and nothing else', () => {
    for (const [what, name] of names) expect({ what, shape: shapeOf(render(name)) }).toEqual({ what, shape: expected })
  })

  test('every name names nobody, refers to nothing and reverses nothing', () => {
    for (const [what, name] of names) {
      const texts = textsOf(render(name))
      expect({ what, hidden: texts.filter(({ text }) => hidden.test(text)) }).toEqual({ what, hidden: [] })
      // GitHub links nothing in code.
      const linked = texts.filter(({ isCode, text }) => !isCode && linking.test(text))
      expect({ what, linked }).toEqual({ what, linked: [] })
    }
  })

  test('names of 100,000 letters are cut to the room that there is', () => {
    const cut = fitMarkdown(render(longName), commentBudget, 'The log has all of it.')
    expect(cut.length).toBeLessThanOrEqual(65_536)
  })
})

const linking = /@[a-z0-9]|#\d|\bGH-\d|:\/\/|\bwww\./i
const hidden = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/u
/** On a terminal lines are all that breaks. */
const moving = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF]/u
const longName = '`|<b>@a [x](y)\n#*_~'.repeat(6_000)

test.each(Object.entries(proposals))('%s has room for names of 100,000 letters, all of them at once', (_, render) => {
  expect(render(longName).length).toBeLessThanOrEqual(65_536)
})

/** As the runner reads its log: lines end at \n, \r or both, blanks before a command do not count. */
function commandsIn(log: string): string[] {
  return log.split(/\r\n|[\n\r]/).filter((line) => /^[\s\u0085]*::|##\[/.test(line))
}

function shown(report: Report): string {
  return wordEnding({ kind: 'done', result: {}, report }, plain, false).stdout
}

describe.each(reports)('on a terminal and in a log, of %s', (_, report) => {
  const lines = shown(report('name')).split('\n').length

  test('every name is text of its own line', () => {
    for (const [what, name] of names) {
      const text = shown(report(`x${name}`))
      expect({ what, hidden: text.match(moving) }).toEqual({ what, hidden: null })
      expect({ what, lines: text.split('\n').length }).toEqual({ what, lines })
      expect(commandsIn(logText(text))).toEqual([])
    }
  })

  test('every name is a value of the JSON, which moves no cursor and is no command', () => {
    for (const [what, name] of names) {
      const ending = { kind: 'done', result: { name }, report: report(name) } as const
      const json = jsonEnding('run', ending)
      expect({ what, hidden: json.match(moving) }).toEqual({ what, hidden: null })
      expect(commandsIn(json)).toEqual([])
      expect(JSON.parse(json)).toMatchObject({ result: { name }, outputs: ending.report.outputs })
    }
  })
})

test('a summary has its own budget, in bytes', () => {
  const cut = fitMarkdown(pages['audit']?.('é'.repeat(100_000)) ?? '', summaryBudget, 'The log has all of it.')
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024 * 1024)
})
