import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { readYaml } from '../../action/project/read-yaml.ts'

const schema = z.strictObject({
  version: z.literal(1),
  model: z.strictObject({ name: z.string().min(1), task: z.enum(['binary', 'regression']) }),
  data: z.strictObject({ source: z.array(z.string()).min(1) }).optional(),
  gates: z.record(z.string().regex(/^[a-z-]+$/), z.strictObject({ min: z.number().optional() })).default({}),
  test: z.union([z.number(), z.strictObject({ rows: z.int() })]).optional(),
})

const good = 'version: 1\nmodel:\n  name: late\n  task: binary\n'

function diagnosticsOf(text: string) {
  const read = readYaml('plumbline.yaml', text, schema)
  if (read.ok) throw new Error('expected diagnostics')
  return read.diagnostics
}

function summary(text: string): string[] {
  return diagnosticsOf(text).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`)
}

describe('readYaml()', () => {
  it('gives the value and the place of its keys', () => {
    const read = readYaml('plumbline.yaml', `# comment\n${good}data:\n  source: [a.csv,\n    b.csv]\n`, schema)
    if (!read.ok) throw new Error('expected a value')
    expect(read.value.model.name).toBe('late')
    expect(read.lineOf(['model', 'task'])).toEqual({ line: 5, column: 3 })
    expect(read.lineOf(['data', 'source', 1])).toEqual({ line: 8, column: 5 })
    expect(read.lineOf(['model', 'missing', 'deeper'])).toEqual({ line: 3, column: 1 })
  })

  it('reports everything in one run, in the order of the file', () => {
    expect(summary('version: 2\nmodel:\n  nam: late\n  task: binry\ngates:\n  Bad: {}\ntest: {rows: x}\n')).toEqual([
      '1:1 yaml/value Cannot use "version": it is 2; expected 1',
      '2:1 yaml/missing-key Cannot find "model.name": expected text',
      '3:3 yaml/unknown-key Cannot use "model.nam": no such key; expected one of name, task',
      '4:3 yaml/value Cannot use "model.task": it is "binry"; expected "binary" or "regression"',
      '6:3 yaml/value Cannot use the name "gates.Bad": it is "Bad"; expected text that matches /^[a-z-]+$/',
      '7:8 yaml/value Cannot use "test.rows": it is "x"; expected a number',
    ])
  })

  it('suggests the nearest known key, also below records and optional sections, and the nearest value', () => {
    const remedies = (text: string) => diagnosticsOf(text).map((diagnostic) => diagnostic.remedy)
    expect(remedies(`${good}data: {sorce: [a], source: [b]}\n`)).toEqual(['Did you mean "source"?'])
    expect(remedies(`${good}gates: {floor: {minn: 1}}\n`)).toEqual(['Did you mean "min"?'])
    expect(remedies('version: 1\nmodel: {name: a, task: binari}\n')).toEqual(['Did you mean "binary"?'])
  })

  it('words a value that fits no form of a union', () => {
    expect(summary(`${good}test: [1]\n`)).toEqual([
      '5:1 yaml/value Cannot use "test": it is a list; expected a number or a mapping',
    ])
  })

  it('names both of two equal keys by line', () => {
    expect(summary(`${good}version: 1\n`)).toEqual([
      '5:1 yaml/duplicate-key Cannot use "version" twice in one mapping: expected each key once',
    ])
  })

  it.each([
    ['an empty file', '', /is empty/],
    ['only comments', '# nothing\n', /is empty/],
    ['a tab as indentation', 'model:\n\tname: x\n', /tab/i],
    ['an unclosed list', 'data: [a, b\n', /as YAML/],
    ['two documents', `${good}---\n${good}`, /several documents; expected one/],
    ['an unknown tag', 'version: !!js/function 1\n', /as YAML/],
    ['a list where a mapping belongs', '- 1\n', /it is a list; expected a mapping/],
    ['a bare word', 'hello\n', /it is "hello"; expected a mapping/],
    ['binary bytes', '\u0000\u0001\u0002', /Cannot/],
  ])('refuses %s', (_what, text, expected) => {
    expect(diagnosticsOf(text)[0]?.message).toMatch(expected)
  })

  it('refuses a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `  l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
    )
    expect(diagnosticsOf(`gates:\n  l0: &l0 [1]\n${levels.join('\n')}\n`)[0]?.message).toMatch(/aliases repeat/)
  })

  it('refuses a file nested without end, and one that is no settings at all', () => {
    expect(diagnosticsOf('['.repeat(50_000))[0]?.message).toMatch(/Cannot read/)
    expect(diagnosticsOf('x'.repeat(1_000_001))[0]?.message).toMatch(/1000001 characters/)
  })

  it('refuses an expression in a value or in a key, and lets one in a comment be', () => {
    expect(summary('version: 1 # ${{ x }}\nmodel:\n  name: late-${{ github.ref }}\n  task: binary\n')).toEqual([
      '3:14 yaml/expression Cannot use "${{" in "plumbline.yaml": nothing fills in such an expression here; expected plain text',
    ])
  })

  it('says one thing of broken syntax, and what it is where an expression broke it', () => {
    const after = 'a: { b: [1, 2] }\nc: { d: e }\n'
    expect(diagnosticsOf(`x: { y: [1 }\n${after}`)).toHaveLength(1)
    expect(summary(`x: { run: python t.py \${{ secrets.X }}, out: { z: 1 } }\n${after}`)).toEqual([
      expect.stringMatching(/^1:23 yaml\/expression /),
    ])
  })

  it('reads "no" as text, whatever a %YAML directive says', () => {
    expect(readYaml('f.yaml', '%YAML 1.1\n---\nno: no\n', z.strictObject({ no: z.string() }))).toMatchObject({
      ok: true,
      value: { no: 'no' },
    })
  })
})
