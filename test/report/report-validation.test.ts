import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

import type { ContractCheck, ContractPromise } from '../../action/data/contract-result.ts'
import { junitXml } from '../../action/report/junit.ts'
import { markdownText } from '../../action/report/markdown.ts'
import { reportValidation, type Validation } from '../../action/report/report-validation.ts'
import { wordFailure } from '../../action/report/word-contract.ts'
import { plumbline } from '../support/command-line.ts'
import { runMain } from '../support/run-main.ts'
import { tempFolder } from '../support/temp-folder.ts'

const project = `version: 1
model: { name: m, task: binary, target: y, positive: 1, id: id }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.json } }
  predict: { needs: [features, train], run: python predict.py }
`

const contract = `apiVersion: v3.1.0
kind: DataContract
id: m
version: 1.0.0
status: active
schema:
  - name: rows
    quality:
      - { metric: rowCount, mustBeGreaterThan: 9 }
      - { metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }
      - { type: sql, query: "SELECT count(*) FROM {object}", mustBeBetween: [5, 9] }
    properties:
      - { name: id, logicalType: string, required: true, unique: true }
      - { name: a, logicalType: number, logicalTypeOptions: { minimum: 5, multipleOf: 2 } }
      - { name: b, logicalType: number, logicalTypeOptions: { exclusiveMaximum: 1 } }
      - { name: c, logicalType: string, logicalTypeOptions: { minLength: 3, pattern: "^z|" } }
      - { name: d, logicalType: string, logicalTypeOptions: { maxLength: 1, format: uuid } }
      - name: e
        logicalType: string
        quality:
          - { metric: invalidValues, arguments: { validValues: [p, "<q>"] }, mustBe: 0 }
          - { metric: invalidValues, arguments: { pattern: "^[pq]$" }, mustBeLessThan: 40, unit: percent }
          - { metric: invalidValues, arguments: { validValues: [p], pattern: "p" }, mustBe: 0 }
          - { metric: missingValues, arguments: { missingValues: [x] }, mustBe: 0 }
      - { name: gone, logicalType: string }
      - { name: y, logicalType: integer }
      - { name: ref, logicalType: string, relationships: [{ to: rows.id }] }
      - { name: at, logicalType: date, classification: restricted }
slaProperties:
  - { property: freshness, value: 1, unit: d, element: rows.at }
  - { property: retention, value: 1, unit: y, element: rows.at }
`

const rows = `id,a,b,c,d,e,y,ref,at
1,1,1,ab,cd,x,1,1,2001-01-01
1,1,1,ab,cd,x,no,1,2001-01-01
,7,0,zzz,e,p,0,2,2001-01-02
`

/** Each kind of promise that a contract can make; one that is missing here does not compile. */
const kinds: Readonly<Record<Exclude<ContractPromise['kind'], 'finite'>, true>> = {
  present: true,
  type: true,
  required: true,
  unique: true,
  minimum: true,
  maximum: true,
  'min-length': true,
  'max-length': true,
  allowed: true,
  pattern: true,
  valid: true,
  filled: true,
  'multiple-of': true,
  format: true,
  'row-count': true,
  'unique-together': true,
  sql: true,
  references: true,
  freshness: true,
  retention: true,
}

const schema = new URL('../../schema/validate-result.schema.json', import.meta.url)
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')) as object,
)

describe('reportValidation()', () => {
  it('says the same of every kind of promise as text, Markdown, JSON, JUnit XML and annotations', async () => {
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': contract, 'data/1.csv': rows })
    const step = await runMain({ inputs: { command: 'validate', junit: 'checks.xml' }, folder })
    const xml = readFileSync(join(folder, 'checks.xml'), 'utf8')
    const json: { result: Validation; diagnostics: Validation['diagnostics'] } = JSON.parse(
      (await plumbline(folder, ['validate', '--json'])).stdout,
    )
    expect(isValid(json) ? [] : isValid.errors).toEqual([])
    const failing = json.result.checks.filter(({ outcome }) => outcome === 'fail')
    expect(new Set(failing.map(({ promise }) => promise.kind))).toEqual(new Set(Object.keys(kinds)))

    for (const check of failing) {
      const { promise, line } = check
      const thing = check.column ?? 'rows'
      const words = wordFailure(check)
      expect(step.stdout).toContain(`✗ ${thing}  ${words}   contract.yaml:${line}\n`)
      const row = step.summary.split('\n').find((each) => each.includes(`| \`${thing}\` | ${markdownText(words)} |`))
      expect(row).toContain(`\`contract.yaml:${line}\``)
      const code = promise.kind === 'present' ? 'contract/missing-column' : `contract/${promise.kind}`
      expect(xml).toContain(
        `name="${thing}: ${promise.kind}, line ${line}" file="contract.yaml" line="${line}" time="0">\n      <failure message="${escaped(`${thing} ${words}`)}" type="${code}">`,
      )
      const diagnostic = json.diagnostics.find((each) => each.code === code && each.line === line)
      expect(diagnostic?.message).toContain(words)
    }
    const failures = String(failing.length)
    expect(step.outputs).toMatchObject({ verdict: 'no', failing: failures })
    expect(step.stdout).toContain(`FAIL  contract.yaml: ${failures} of`)
    expect(step.summary).toContain(`## FAIL: ${failures} of`)
    expect(xml).toContain(`failures="${failures}" errors="0" skipped="1"`)
    expect(json.diagnostics).toHaveLength(failing.length)
    const marks = step.commands.filter((command) => command.startsWith('::error '))
    expect(marks).toHaveLength(10)
    for (const [i, mark] of marks.slice(0, 9).entries()) {
      const { code, line } = json.diagnostics[i] ?? {}
      expect(mark).toContain(`title=${code},file=contract.yaml,line=${line},`)
    }
    expect(marks[9]).toContain(`title=and ${failing.length - 9} more::`)
  })

  it('says the same of a number that is infinite, which only what a stage makes promises', () => {
    const promise: ContractPromise = { kind: 'finite' }
    const result = resultOf({ column: 'w', promise, line: 3 })
    const words = 'infinite: 37 rows (0.9 %), limit 0'
    expect(reportValidation(result).text).toContain(`✗ w  ${words}   c.yaml:3`)
    expect(reportValidation(result).markdown).toContain(`| \`w\` | ${words} |`)
    expect(junitXml(result)).toContain(`<failure message="w ${words}" type="contract/finite">`)
  })

  it('says what is wrong beside the checks, and what to do about it', () => {
    const one = resultOf({ column: 'w', promise: { kind: 'finite' }, line: 3 })
    const place = { file: 'data/a.csv', line: 7, column: 1, code: 'data/unreadable-file' }
    const wrong = { ...place, message: 'Cannot read "data/a.csv": a quote is open', remedy: 'Close the quote.' }
    const unread = reportValidation({ ...one, checks: [], diagnostics: [wrong] })
    expect(unread.text).toMatch(/^FAIL {2}c\.yaml: nothing could be checked · /)
    expect(unread.text).toContain('✗ data/a.csv:7 Cannot read "data/a.csv": a quote is open\n    → Close the quote.\n')
    expect(unread.markdown).toContain('## FAIL: nothing could be checked')
    expect(unread.markdown).toContain('- `data/a.csv:7` Cannot read "data/a.csv": a quote is open → Close the quote.')

    const held = one.checks.map((check) => ({ ...check, outcome: 'pass' as const }))
    const beside = reportValidation({ ...one, checks: held, diagnostics: [wrong] })
    expect(beside.text).toMatch(/^FAIL {2}c\.yaml: all 1 checks hold; 1 thing is wrong beside them · /)
  })

  it('hints at another unit and at a rename in every form', () => {
    const promise: ContractPromise = { kind: 'maximum', limit: 50, isExclusive: false }
    const [far] = resultOf({ column: 'w_kg', promise, line: 3 }).checks
    const gone = resultOf({ column: 'region', promise: { kind: 'present' }, line: 5 })
    const rename = { kind: 'likely', missing: 'region', added: 'state', score: 1, distance: 0, margin: 1 } as const
    const result: Validation = {
      ...gone,
      checks: [...gone.checks, ...(far ? [{ ...far, scale: { factor: 1000, plausible: 36, of: 37 } }] : [])],
      renames: [{ ...rename, sharedValues: 5, distinctValues: 5, doubts: [] }],
    }
    const { text, markdown } = reportValidation(result)
    for (const form of [text, markdown, junitXml(result)]) {
      expect(form).toContain('likely grams: 36 of 37 are plausible after ÷ 1000')
      expect(form).toContain('is new and holds the same 5 values in the same shares')
    }
  })
})

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function resultOf(check: Pick<ContractCheck, 'column' | 'promise' | 'line'>): Validation {
  const failing = {
    outcome: 'fail',
    failing: 37,
    rows: 4000,
    tolerance: null,
    severity: 'error',
    dimension: null,
  } as const
  const message = 'Cannot accept "w"'
  return {
    contract: 'c.yaml',
    files: ['a.csv'],
    rows: 4000,
    checks: [{ ...check, ...failing, samples: [], missingIn: [] }],
    newColumns: [],
    renames: [],
    swaps: [],
    diagnostics: [{ code: 'contract/finite', file: 'c.yaml', line: 3, column: 1, message }],
    environment: 'training',
    accepted: [],
    isPinned: false,
    seconds: 1,
  }
}
