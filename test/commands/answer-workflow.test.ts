import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { answerWorkflow } from '../../action/commands/answer-workflow.ts'
import { defineCommand } from '../../action/commands/define-command.ts'
import { fixtureTable } from '../support/fixture-commands.ts'
import { tempFolder } from '../support/temp-folder.ts'

const wilt = defineCommand({
  name: 'wilt',
  group: 'data',
  summary: 'Find what wilts.',
  example: 'plumbline wilt',
  inputs: {},
  outputs: {},
  permissions: {},
  effects: [],
  async run() {
    const diagnostics = Array.from({ length: 13 }, (_, row) => {
      return {
        code: 'tree/dry',
        file: 'garden.yaml',
        line: row + 1,
        column: 2,
        message: `Cannot water "${row}"`,
        remedy: 'Dig',
      }
    })
    return { kind: 'diagnosed', diagnostics }
  },
  async report() {
    return { text: '', markdown: '', outputs: {} }
  },
})

describe('answerWorkflow()', () => {
  let said = ''

  beforeEach(() => {
    said = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  const unreachable = () => Promise.reject(new Error())
  async function step(inputs: Readonly<Record<string, string>>) {
    const folder = tempFolder({ output: '', summary: '' })
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'output'))
    const code = await answerWorkflow({
      table: {
        ...fixtureTable,
        wilt: async () => wilt,
        watch: async () => ({ ...wilt, name: 'watch', isTerminalOnly: true as const }),
      },
      folder: '.',
      environment: { ...inputs, GITHUB_STEP_SUMMARY: join(folder, 'summary') },
      write: (text) => void (said += text),
      signal: new AbortController().signal,
      artifacts: { upload: unreachable, download: unreachable, list: unreachable, remove: unreachable },
      openGitHub: () => Promise.reject(new Error()),
    })
    return {
      code,
      said,
      outputs: readFileSync(join(folder, 'output'), 'utf8'),
      summary: readFileSync(join(folder, 'summary'), 'utf8'),
    }
  }

  test('refuses a command that serves a person who sits there', async () => {
    const { code, said: told } = await step({ INPUT_COMMAND: 'watch' })
    expect(code).toBe(1)
    expect(told).toContain('Cannot run "watch" in a workflow')
  })

  test('leaves the outputs that the command declares and a verdict, and the report as a summary', async () => {
    const { code, outputs, summary } = await step({ INPUT_COMMAND: 'grow', INPUT_KIND: 'oak' })

    expect(code).toBe(0)
    expect(outputs).toMatch(/^verdict<<(\S+)\ndone\n\1\nheight<<(\S+)\n3\n\2\n$/)
    expect(summary).toBe('## DONE  oak grows\n\n**Next:** `plumbline cut`\n')
  })

  test('annotates ten diagnostics with their places; the log says how many more, the summary has all', async () => {
    const { code, said: log, summary } = await step({ INPUT_COMMAND: 'wilt' })

    const annotations = log.split('\n').filter((line) => line.startsWith('::error '))
    expect(code).toBe(1)
    expect(annotations).toHaveLength(10)
    expect(annotations[0]).toBe('::error title=tree/dry,file=garden.yaml,line=1,col=2::Cannot water "0"%0A→ Dig')
    expect(annotations[9]).toContain('title=and 4 more::')
    expect(summary.match(/Cannot water/g)).toHaveLength(13)
  })

  test('tells progress as JSON lines where asked, beside what the runner reads', async () => {
    const { said: log } = await step({ INPUT_COMMAND: 'wilt', INPUT_LOG: 'json' })

    const lines = log.split('\n').filter((line) => line.startsWith('{'))
    const events = lines.map((line) => (JSON.parse(line) as { readonly event: string }).event)
    expect(events).toEqual([...Array.from({ length: 13 }, () => 'diagnostic'), 'ended'])
    expect(log).toContain('::error title=tree/dry')
    expect(await step({ INPUT_COMMAND: 'wilt', INPUT_LOG: 'xml' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('expected text or json'),
    })
  })

  test.each([
    ['grow', { INPUT_KIND: 'plastic' }, 2],
    ['cut', {}, 0],
  ])(
    'a no of %s %j ends with %i: an advisory command leaves the verdict to the next step',
    async (command, inputs, exitCode) => {
      const { code, outputs } = await step({ INPUT_COMMAND: command, ...inputs })

      expect(code).toBe(exitCode)
      expect(outputs).toMatch(/^verdict<<(\S+)\nno\n\1\n/)
    },
  )
})
