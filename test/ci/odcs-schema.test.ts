import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import Ajv2019 from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { severities } from '../../action/project/contract.ts'
import { parseContract } from '../../action/project/read-contract.ts'
import { formatContract } from '../../action/project/write-contract.ts'

/** The package of the standard's own authors that carries its JSON Schema. */
const standard = 'open-data-contract-standard==3.1.2'

let validate: (contract: unknown) => readonly string[]

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-odcs-'))
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, standard]
  await promisify(execFile)('python3', pip)
  const text = await readFile(join(folder, 'open_data_contract_standard', 'schema.json'), 'utf8')
  await rm(folder, { recursive: true, force: true })
  const ajv = new Ajv2019.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const check = ajv.compile(JSON.parse(text) as object)
  validate = (document) => {
    check(document)
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}, 120_000)

describe('the JSON Schema of ODCS 3.1', () => {
  test('takes what init writes', () => {
    const text = formatContract('parcels', [
      {
        name: 'id',
        type: 'string',
        rules: [{ kind: 'required' }, { kind: 'unique' }, { kind: 'max-length', length: 9 }],
      },
      {
        name: 'w',
        type: 'number',
        rules: [
          { kind: 'minimum', limit: 0, isExclusive: true },
          { kind: 'multiple-of', step: 0.5 },
          { kind: 'allowed', values: ['1', 'b'] },
        ],
        comment: 'a comment',
      },
      { name: 'at', type: 'timestamp', rules: [] },
    ])
    expect(validate(parse(text))).toEqual([])
  })

  test('takes the contract of the template', async () => {
    const folder = new URL('../../template/', import.meta.url)
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('contract.yaml'))
    for (const name of names) expect(validate(parse(await readFile(new URL(name, folder), 'utf8')))).toEqual([])
  })

  test.each([
    '{ metric: nullValues, mustBe: 0, severity: warning, dimension: completeness }',
    '{ metric: missingValues, arguments: { missingValues: [null, "", N/A] }, mustBeLessThan: 5, unit: percent }',
    '{ metric: invalidValues, arguments: { validValues: [a, 1], pattern: "^a" }, mustBeLessOrEqualTo: 2 }',
    '{ metric: duplicateValues, mustBeBetween: [0, 9] }',
    '{ metric: nullValues, mustNotBeBetween: [1, 9] }',
    '{ metric: nullValues, mustBeGreaterThan: 1 }',
    '{ metric: nullValues, mustBeGreaterOrEqualTo: 1 }',
    '{ metric: nullValues, mustNotBe: 1 }',
    '{ metric: nullValues, mustBe: 0, customProperties: [{ property: environments, value: [training] }] }',
    '{ type: sql, query: "SELECT count({property}) FROM {object}", mustBe: 0 }',
    '{ type: text, description: looks right }',
  ])('takes what parseContract() takes: %s', (rule) => {
    const text = contract(rule)
    expect(parseContract('contract.yaml', text).ok).toBe(true)
    expect(validate(parse(text))).toEqual([])
  })

  test.each([
    '{ metric: nullValues, mustBe: 0, mustBeLessThan: 5 }',
    '{ metric: nullValues, mustBe: 0, dimension: beauty }',
    '{ metric: nulValues, mustBe: 0 }',
    '{ metric: invalidValues, pattern: a, mustBe: 0 }',
    '{ type: sql, mustBe: 0 }',
  ])('refuses what parseContract() refuses: %s', (rule) => {
    const text = contract(rule)
    expect(parseContract('contract.yaml', text).ok).toBe(false)
    expect(validate(parse(text))).not.toEqual([])
  })

  test('names the severities that parseContract() knows', () => {
    for (const severity of severities) {
      expect(validate(parse(contract(`{ metric: nullValues, mustBe: 0, severity: ${severity} }`)))).toEqual([])
    }
  })
})

function contract(rule: string): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - { name: k, logicalType: string, primaryKey: true, primaryKeyPosition: 1, physicalType: VARCHAR(9) }
      - { name: l, logicalType: date, primaryKey: true, primaryKeyPosition: 2, logicalTypeOptions: { format: dd.MM.yyyy } }
      - { name: n, logicalType: integer, logicalTypeOptions: { multipleOf: 5, format: u16 } }
      - name: a
        logicalType: string
        customProperties: [{ property: environments, value: [training, serving] }]
        logicalTypeOptions: { format: email }
        quality:
          - ${rule}
`
}
