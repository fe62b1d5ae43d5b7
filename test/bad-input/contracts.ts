import { type BadInput, refused, works } from './bad-input.ts'
import { folder } from './contents.ts'

const file = 'contract.yaml'
const good = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true }
      - { name: shipped_at, logicalType: timestamp, required: true }
      - { name: region, logicalType: string }
      - { name: distance_km, logicalType: number, logicalTypeOptions: { minimum: 0 } }
      - { name: late, logicalType: integer, required: true }
`
const mended = (from: string, to: string) => ({ [file]: good.replace(from, to) })
const region = (more: string) =>
  mended('name: region, logicalType: string', `name: region, logicalType: string, ${more}`)

/** `contract.yaml`, broken, or with promises that no data can keep. */
export const badContracts: readonly BadInput[] = [
  {
    what: 'a folder as contract',
    command: 'validate',
    files: { [file]: folder() },
    ...refused('project/file', `${file}:1`, /folder/, /./),
  },
  {
    what: 'no contract',
    command: 'validate',
    files: { 'plumbline.yaml': 'version: 1\n' },
    ...refused('yaml/missing-key', 'plumbline.yaml:1', /"model"/, /./),
  },
  {
    what: 'an empty contract',
    command: 'validate',
    files: { [file]: '' },
    ...refused('yaml/syntax', `${file}:1`, /empty/, /plumbline init/),
  },
  {
    what: 'a contract in Latin-1',
    command: 'validate',
    files: { [file]: Buffer.from(good.replace('id: parcels', 'id: größe'), 'latin1') },
    ...refused('project/file', `${file}:1`, /not UTF-8/, /Save it as UTF-8/),
  },
  {
    what: 'a contract that is JSON',
    command: 'validate',
    files: { [file]: '{"apiVersion": "v3.1.0"}' },
    ...refused('yaml/missing-key', `${file}:1`, /"kind"/, /./),
  },
  {
    what: 'marks of a merge in the contract',
    command: 'validate',
    files: mended('version: 1.0.0', '<<<<<<< HEAD\nversion: 1.0.0\n=======\nversion: 1.1.0\n>>>>>>> other'),
    ...refused('yaml/merge-conflict', `${file}:4`, /merge conflict/, /remove the marks/),
  },
  {
    what: 'a contract of another standard',
    command: 'validate',
    files: { [file]: 'dataContractSpecification: 1.1.0\nid: x\n' },
    ...refused('yaml/missing-key', `${file}:1`, /apiVersion/, /./),
  },
  {
    what: 'a contract from the future',
    command: 'validate',
    files: mended('v3.1.0', 'v9.0.0'),
    ...refused('yaml/value', `${file}:1`, /v9\.0\.0/, /./),
  },
  {
    what: 'a contract without columns',
    command: 'validate',
    files: { [file]: good.slice(0, good.indexOf('    properties')) },
    ...refused('yaml/missing-key', `${file}:7`, /properties/, /./),
  },
  {
    what: 'a column twice in the contract',
    command: 'validate',
    files: mended('name: region', 'name: late'),
    ...refused('contract/value', `${file}:13`, /"late"/, /name of its own/),
  },
  {
    what: 'a column in another case in the contract',
    command: 'validate',
    files: mended('name: region', 'name: LATE'),
    ...refused('contract/value', `${file}:13`, /"late"/, /name of its own/),
  },
  {
    what: 'an unknown type',
    command: 'validate',
    files: mended('logicalType: number', 'logicalType: float'),
    ...refused('yaml/value', `${file}:12`, /float/, /./),
  },
  {
    what: 'no type',
    command: 'validate',
    files: mended(', logicalType: string }', ' }'),
    ...refused('yaml/missing-key', `${file}:11`, /logicalType/, /./),
  },
  {
    what: 'a limit that is a text',
    command: 'validate',
    files: mended('minimum: 0', 'minimum: "0"'),
    ...refused('contract/value', `${file}:12`, /expected a number/, /without quotes/),
  },
  {
    what: 'a limit that is not a number',
    command: 'validate',
    files: mended('minimum: 0', 'minimum: .nan'),
    ...refused('yaml/value', `${file}:12`, /NaN; expected a number/, /./),
  },
  {
    what: 'a minimum above the maximum',
    command: 'validate',
    files: mended('minimum: 0', 'minimum: 9, maximum: 1'),
    ...refused('contract/minimum', `${file}:12`, /below 9/, /./),
  },
  {
    what: 'a limit of time that is none',
    command: 'validate',
    files: mended('timestamp, required: true', 'timestamp, logicalTypeOptions: { minimum: soon }'),
    ...refused('contract/value', `${file}:10`, /"soon"/, /year-month-day/),
  },
  {
    what: 'a pattern that is none',
    command: 'validate',
    files: region('logicalTypeOptions: { pattern: "(" }'),
    ...refused('contract/value', `${file}:11`, /is no pattern/, /Mend the rule/),
  },
  {
    what: 'a pattern that only JavaScript knows',
    command: 'validate',
    files: region('logicalTypeOptions: { pattern: "(?=N)N" }'),
    ...refused('contract/value', `${file}:11`, /RE2/, /./),
  },
  {
    what: 'a pattern that takes forever elsewhere',
    command: 'validate',
    files: region('logicalTypeOptions: { pattern: "^(a+)+$" }'),
    ...refused('contract/pattern', `${file}:11`, /no match/, /./),
  },
  {
    what: 'a length below zero',
    command: 'validate',
    files: region('logicalTypeOptions: { minLength: -1 }'),
    ...refused('yaml/value', `${file}:11`, /minLength/, /./),
  },
  {
    what: 'a limit on text',
    command: 'validate',
    files: region('logicalTypeOptions: { minimum: 1 }'),
    ...refused('contract/value', `${file}:11`, /"minimum"/, /Change the type/),
  },
  {
    what: 'SQL in a name',
    command: 'validate',
    files: mended('name: region', `name: "x') FROM t; --"`),
    ...refused('contract/missing-column', `${file}:11`, /missing in/, /./),
  },
  {
    what: 'SQL in a pattern',
    command: 'validate',
    files: region(`logicalTypeOptions: { pattern: "'; DROP TABLE source; --" }`),
    ...refused('contract/pattern', `${file}:11`, /no match/, /./),
  },
  {
    what: 'a rule as SQL',
    command: 'validate',
    files: region('quality: [ { type: sql, query: "select 1", mustBe: 1 } ]'),
    ...works(/PASS/),
  },
  {
    what: 'a rule without a limit',
    command: 'validate',
    files: region('quality: [ { metric: nullValues } ]'),
    ...refused('contract/value', `${file}:11`, /no operator/, /mustBe/),
  },
  {
    what: 'an unknown metric',
    command: 'validate',
    files: region('quality: [ { metric: nulValues, mustBe: 0 } ]'),
    ...refused('yaml/value', `${file}:11`, /nulValues/, /nullValues/),
  },
  {
    what: 'an allowed value of another type',
    command: 'validate',
    files: mended(
      'logicalType: integer, required: true',
      'logicalType: integer, quality: [ { metric: invalidValues, arguments: { validValues: [no] }, mustBe: 0 } ]',
    ),
    ...refused('contract/value', `${file}:13`, /"no" is not of type integer/, /./),
  },
  {
    what: 'two tables, none called as the source',
    command: 'validate',
    files: { [file]: `${good}  - name: second\n    properties:\n      - { name: a, logicalType: string }\n` },
    ...refused('contract/value', `${file}:6`, /parcels, second/, /Name the source/),
  },
  {
    what: 'one thousand columns that no file has',
    command: 'validate',
    files: {
      [file]: good + Array.from({ length: 1000 }, (_, i) => `      - { name: c${i}, logicalType: string }\n`).join(''),
    },
    ...refused('contract/missing-column', `${file}:14`, /"c0"/, /./),
  },
  {
    what: 'unknown keys of one’s own',
    command: 'validate',
    files: mended('status: active', 'status: active\nowner-of-this: me'),
    ...refused('yaml/unknown-key', `${file}:6`, /owner-of-this/, /./),
  },
  {
    what: 'a comment of every script',
    command: 'validate',
    files: { [file]: `# 数据 مسافة 📦\n${good}` },
    ...works(/PASS/),
  },
]
