/* oxlint-disable no-control-regex -- control characters are part of what this file is about */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { openAnnotations } from '../../action/github/runner/annotations.ts'
import { logText } from '../../action/github/runner/log-text.ts'
import { type Annotation, annotation, diagnosticAnnotations } from '../../action/report/annotations.ts'
import type { Ending } from '../../action/report/ending.ts'
import { commentBudget, fitMarkdown } from '../../action/report/fit-markdown.ts'
import {
  htmlText,
  markdownBlock,
  markdownCode,
  markdownLink,
  markdownTable,
  markdownText,
} from '../../action/report/markdown.ts'
import { markdownEnding } from '../../action/report/markdown-ending.ts'
import { modelCard, releaseNotes } from '../../action/report/model-card.ts'
import { reportAlias } from '../../action/report/report-alias.ts'
import { reportRun } from '../../action/report/report-run.ts'
import { plainLines } from '../../action/report/terminal.ts'
import { wordOrigin } from '../../action/report/word-comment.ts'
import { shapeOf, textsOf } from '../support/markdown-tree.ts'
import { runMain } from '../support/run-main.ts'
import { runNamed } from '../support/run-named.ts'
import { hostileNames, longNames } from './hostile-names.ts'

const names = Object.entries(hostileNames)
/** The parser takes minutes for a megabyte of them; the escapers are held to that by their own tests. */
const all = [...names, ...Object.entries(longNames).map(([what, name]) => [what, name.slice(0, 1000)] as const)]

const subject = { version: 1, tag: 'price-v1', commit: '1'.repeat(40) }

function diagnosedBy(name: string): Ending {
  const diagnostic = { code: 'contract/rule', file: name, line: 1, column: 1, message: name, remedy: name }
  return { kind: 'diagnosed', diagnostics: [diagnostic] }
}

function faultOf(name: string): Ending {
  return {
    kind: 'fault',
    fault: new Fault('data/bad-path', `Cannot read "${name.replaceAll('\n', ' ')}"`, { remedy: name }),
  }
}

/** Whatever words something for a page of GitHub. */
const renderers: Readonly<Record<string, (name: string) => string>> = {
  'a paragraph': (name) => `Before ${markdownText(name)} after`,
  'the start of a paragraph': (name) => markdownText(name) || 'x',
  'an item': (name) => `- ${markdownText(name) || 'x'}\n- x`,
  'a heading': (name) => `## ${markdownText(name)}\n\nx`,
  'code in a line': (name) => `Before ${markdownCode(name)} after`,
  'a block of code': (name) => markdownBlock(name, 'diff'),
  'a link': (name) => markdownLink(name, 'https://github.com/acme/parcels'),
  'a table': (name) =>
    markdownTable(
      ['a', 'b'],
      [
        [markdownText(name), markdownCode(name)],
        [markdownLink(name, 'https://a.example'), 'x'],
      ],
    ),
  details: (name) => `<details><summary>${htmlText(name)}</summary>\n\n${markdownText(name) || 'x'}\n\n</details>\n\nx`,
  'the comment and summary of a run': (name) =>
    markdownEnding('run', { kind: 'done', result: {}, report: reportRun(runNamed(name)) }),
  'the words above a fork’s report': (name) => wordOrigin('fork', name, name, 'https://github.com/acme') ?? '',
  'release notes': (name) => releaseNotes(runNamed(name), subject),
  'a model card': (name) => modelCard(runNamed(name), subject),
  diagnostics: (name) => markdownEnding('validate', diagnosedBy(name)),
  'a fault': (name) => markdownEnding('run', faultOf(name)),
  'an alias': (name) =>
    reportAlias({ model: name, name, tag: name, was: name, isNew: true, where: { isEmbedded: false, name } }).markdown,
}

describe.each(Object.entries(renderers))('in %s', (_, render) => {
  const expected = shapeOf(render('name'))

  test.each(all)('%s is text, and nothing else', (_what, name) => {
    expect(shapeOf(render(name))).toEqual(expected)
  })

  test.each(names)('%s names nobody, refers to nothing and reverses nothing', (_what, name) => {
    for (const { isCode, text } of textsOf(render(name))) {
      expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/u)
      if (!isCode) {
        // oxlint-disable-next-line vitest/no-conditional-expect -- GitHub links nothing in code
        expect(text).not.toMatch(/@[a-z0-9]|#\d|\bGH-\d|:\/\/|\bwww\./i)
      }
    }
  })
})

test('what is cut to the room of a comment has no other nodes than what is whole', () => {
  const kinds = new Set(JSON.stringify(shapeOf(renderers['a model card']?.('name') ?? '')).match(/"[a-zA-Z]+"/g))
  kinds.add('"emphasis"')
  for (const [, name] of Object.entries(longNames)) {
    const cut = fitMarkdown(modelCard(runNamed(name), subject), commentBudget, 'The release has all of it.')
    expect(cut.length).toBeLessThanOrEqual(65_536)
    const found = JSON.stringify(shapeOf(cut)).match(/"[a-zA-Z]+"/g) ?? []
    expect(found.filter((kind) => !kinds.has(kind))).toEqual([])
  }
})

/** As the runner reads its log: lines end at \\n, \\r or both, blanks before a command do not count. */
function commandsIn(log: string): string[] {
  return log.split(/\r\n|[\n\r]/).filter((line) => /^[\s\u0085]*::|##\[/.test(line))
}

describe('in the log of a workflow', () => {
  test.each(all)('%s is no command', (_, name) => {
    for (const text of [name, plainLines(name), reportRun(runNamed(name)).text]) {
      expect(commandsIn(logText(text))).toEqual([])
    }
  })
})

async function written(marks: readonly Annotation[]): Promise<string> {
  let log = ''
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
  onTestFinished(() => spy.mockRestore())
  const annotate = await openAnnotations()
  for (const mark of marks) annotate(mark)
  spy.mockRestore()
  return log
}

/** The runner's grammar of a command: `::name key=value,key=value::data`. */
function parseCommand(line: string) {
  const [, name, properties = '', data = ''] = /^::([a-z-]+)(?: (.*?))?::(.*)$/s.exec(line) ?? []
  return { name, keys: properties.split(',').map((pair) => pair.split('=')[0]), data }
}

describe('in an annotation', () => {
  test.each(all)('%s is one mark of a title, a place and a message', async (_, name) => {
    const diagnostic = { code: name, file: `x${name}`, line: 1, column: 1, message: `x${name}`, remedy: name }
    const log = await written([...diagnosticAnnotations([diagnostic]), annotation('warning', `x${name}`, `x${name}`)])
    const lines = commandsIn(log)
    expect(lines).toHaveLength(2)
    expect(`${lines.join('\n')}\n`).toBe(log)
    const [error, warning] = lines.map(parseCommand)
    expect(error).toMatchObject({ name: 'error', keys: expect.arrayContaining(['file', 'line', 'col']) })
    expect(warning).toMatchObject({ name: 'warning', keys: ['title'] })
    expect(error?.keys.filter((key) => !['title', 'file', 'line', 'col'].includes(key ?? ''))).toEqual([])
  })
})

test('an input that the runner hands over reaches outputs, summary and log as text', async () => {
  for (const name of [hostileNames['the end of a heredoc'], hostileNames['an assignment of an output'], '::error::x']) {
    const { outputs, commands } = await runMain({ inputs: { command: name ?? '' } })
    expect(outputs).toEqual({ verdict: 'fault' })
    expect(commands.filter((line) => !line.startsWith('::error title=cli/unknown-command::'))).toEqual([])
  }
})
