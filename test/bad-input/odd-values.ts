import { tinyRows } from '../support/tiny-project.ts'
import { type BadInput, refused, works } from './bad-input.ts'
import { csv } from './contents.ts'

const good = tinyRows(40)
const header = 'parcel,shipped_at,region,distance_km,late'
const path = 'data/parcels.csv'
const rows = (row: (i: number) => string) => ({ [path]: csv(header, 40, row) })
const day = (i: number) => new Date(Date.UTC(2025, 0, 1, i)).toISOString()
const distances = (value: (i: number) => string | number) => rows((i) => `p${i},${day(i)},N,${value(i)},${i % 2}`)
const times = (value: (i: number) => string) => rows((i) => `p${i},${value(i)},N,${i},${i % 2}`)
const ids = (value: (i: number) => string) => rows((i) => `${value(i)},${day(i)},N,${i},${i % 2}`)
const targets = (value: (i: number) => string) => rows((i) => `p${i},${day(i)},N,${i},${value(i)}`)

/** Numbers, ids, moments and targets at the edge of their types, and beyond. */
export const oddValues: readonly BadInput[] = [
  { what: 'an infinity', command: 'validate', files: distances((i) => (i === 3 ? 'inf' : i)), ...works(/PASS/) },
  {
    what: 'minus infinity below a minimum',
    command: 'validate',
    files: distances((i) => (i === 3 ? '-Infinity' : i)),
    ...refused('contract/minimum', 'contract.yaml:12', /below 0: 1 row.*row 4: -Infinity/s, /Mend the data/),
  },
  {
    what: 'an infinity as the only number',
    command: 'init',
    files: { 'data/a.csv': csv('x,y,late', 60, (i) => `inf,${(i * 7) % 11},${i % 2}`) },
    ...works(/60 rows/),
  },
  { what: '−0.0', command: 'validate', files: distances(() => '-0.0'), ...works(/PASS/) },
  { what: '1e308', command: 'validate', files: distances(() => '1e308'), ...works(/PASS/) },
  { what: '1e309', command: 'validate', files: distances((i) => (i === 3 ? '1e309' : i)), ...works(/PASS/) },
  { what: '5e-324', command: 'validate', files: distances(() => '5e-324'), ...works(/PASS/) },
  {
    what: 'a number of 400 digits',
    command: 'validate',
    files: distances((i) => (i === 3 ? '9'.repeat(400) : i)),
    ...works(/PASS/),
  },
  {
    what: 'thousands with commas, in quotes',
    command: 'validate',
    files: distances((i) => (i === 3 ? '"1,234"' : i)),
    ...refused('contract/type', 'contract.yaml:12', /1,234/, /./),
  },
  {
    what: 'hexadecimal numbers',
    command: 'validate',
    files: distances((i) => (i === 3 ? '0x1F' : i)),
    ...refused('contract/type', 'contract.yaml:12', /0x1F/, /./),
  },
  { what: '1_000', command: 'validate', files: distances((i) => (i === 3 ? '1_000' : i)), ...works(/PASS/) },
  {
    what: 'Arabic digits',
    command: 'validate',
    files: distances((i) => (i === 3 ? '٣' : i)),
    ...refused('contract/type', 'contract.yaml:12', /٣/, /./),
  },
  {
    what: 'NaN as missing number',
    command: 'validate',
    files: distances((i) => (i === 3 ? 'NaN' : i)),
    ...works(/PASS/),
  },
  {
    what: 'NULL, NA and n/a in a number',
    command: 'validate',
    files: distances((i) => ['NULL', 'NA', 'n/a'][i % 3] ?? ''),
    ...refused('contract/type', 'contract.yaml:12', /40 rows/, /./),
  },
  { what: 'numbers with spaces around', command: 'validate', files: distances((i) => ` ${i} `), ...works(/PASS/) },
  {
    what: 'mixed types in one column',
    command: 'validate',
    files: distances((i) => ['1', 'true', '2025-01-01', 'x'][i % 4] ?? ''),
    ...refused('contract/type', 'contract.yaml:12', /not a number: 30 rows/, /./),
  },
  {
    what: '1.5 as integer',
    command: 'validate',
    files: targets((i) => (i === 3 ? '1.5' : '1')),
    ...refused('contract/type', 'contract.yaml:13', /1\.5/, /./),
  },
  {
    what: '2⁶³ as integer',
    command: 'validate',
    files: targets((i) => (i === 3 ? '9223372036854775808' : '1')),
    ...refused('contract/type', 'contract.yaml:13', /not an integer/, /./),
  },
  {
    what: 'an id twice',
    command: 'validate',
    files: ids((i) => (i === 3 ? 'p2' : `p${i}`)),
    ...refused('contract/unique', 'contract.yaml:9', /not unique: 1 row/, /./),
  },
  {
    what: 'a row without an id',
    command: 'validate',
    files: ids((i) => (i === 3 ? '' : `p${i}`)),
    ...refused('contract/required', 'contract.yaml:9', /empty: 1 row/, /./),
  },
  { what: 'an id of blanks', command: 'validate', files: ids((i) => (i === 3 ? '"  "' : `p${i}`)), ...works(/PASS/) },
  {
    what: 'an id twice, and a contract that lets it',
    command: 'run',
    files: { ...ids((i) => (i === 3 ? 'p2' : `p${i}`)), 'contract.yaml': lax() },
    ...refused('data/id-twice', 'contract.yaml:9', /p2/, /./),
  },
  {
    what: 'a row without an id, and a contract that lets it',
    command: 'run',
    files: { ...ids((i) => (i === 3 ? '' : `p${i}`)), 'contract.yaml': lax() },
    ...refused('data/id-null', 'contract.yaml:9', /1 row/, /./),
  },
  {
    what: 'ids that differ in trailing blanks',
    command: 'validate',
    files: ids((i) => (i === 3 ? '"p2 "' : `p${i}`)),
    ...works(/PASS/),
  },
  {
    what: 'one moment for all rows',
    command: 'run',
    files: times(() => day(1)),
    ...refused('split/empty-train', 'plumbline.yaml:4', /none is left for training/, /./),
  },
  {
    what: 'two moments for all rows',
    command: 'run',
    files: times((i) => day(i < 20 ? 1 : 2)),
    ...refused('stage/failed', undefined, /train/, /./),
  },
  {
    what: 'no moment in any row',
    command: 'snapshot',
    files: times(() => ''),
    ...refused('data/no-moment', 'plumbline.yaml:1', /none of its values/, /./),
  },
  {
    what: 'moments that are words',
    command: 'snapshot',
    files: times(() => 'yesterday'),
    ...refused('data/no-moment', 'plumbline.yaml:1', /none of its values/, /./),
  },
  {
    what: 'moments as seconds since 1970',
    command: 'validate',
    files: times((i) => String(1735689600 + i)),
    ...refused('contract/type', 'contract.yaml:10', /not a timestamp/, /./),
  },
  {
    what: 'moments as 31.12.2025',
    command: 'validate',
    files: times(() => '31.12.2025'),
    ...refused('contract/type', 'contract.yaml:10', /31\.12\.2025/, /./),
  },
  {
    what: 'the 30th of February',
    command: 'validate',
    files: times((i) => (i === 3 ? '2025-02-30' : day(i))),
    ...refused('contract/type', 'contract.yaml:10', /2025-02-30/, /./),
  },
  {
    what: 'a leap second',
    command: 'validate',
    files: times((i) => (i === 3 ? '2016-12-31T23:59:60Z' : day(i))),
    ...refused('contract/type', 'contract.yaml:10', /23:59:60/, /./),
  },
  {
    what: 'moments of several zones',
    command: 'snapshot',
    files: times((i) => `2025-01-01T00:00:00${i % 2 ? '+14:00' : '-12:00'}`),
    ...works(/2025-01-01T12:00:00Z/),
  },
  {
    what: 'a moment from the future',
    command: 'snapshot',
    files: times((i) => (i === 3 ? '2999-01-01' : day(i))),
    ...works(/2999-01-01.*in the future/s),
  },
  {
    what: 'the year 1',
    command: 'snapshot',
    files: times((i) => (i === 3 ? '0001-01-01' : day(i))),
    ...works(/0001-01-01/),
  },
  {
    what: 'the year 12025',
    command: 'snapshot',
    files: times((i) => (i === 3 ? '12025-01-01' : day(i))),
    ...works(/… 2025-01-02T15:00:00Z/),
  },
  {
    what: 'an infinite moment in text',
    command: 'snapshot',
    files: times((i) => (i === 3 ? 'infinity' : day(i))),
    ...works(/… 2025-01-02T15:00:00Z/),
  },
  {
    what: 'no target in any row',
    command: 'run',
    files: { ...targets(() => ''), 'contract.yaml': lax() },
    ...refused('split/empty-train', 'plumbline.yaml:4', /no label 40/, /./),
  },
  {
    what: 'one class alone',
    command: 'run',
    files: targets(() => '1'),
    ...refused('stage/failed', undefined, /train/, /./),
  },
  {
    what: 'a target of another class',
    command: 'run',
    files: targets((i) => String(i % 3)),
    ...refused('stage/failed', undefined, /train/, /./),
  },
  {
    what: 'a target of words',
    command: 'validate',
    files: targets(() => 'yes'),
    ...refused('contract/type', 'contract.yaml:13', /not an integer/, /./),
  },
  {
    what: 'a column that is gone',
    command: 'validate',
    files: { [path]: good.replaceAll(/^([^,]*,[^,]*),[^,]*/gm, '$1') },
    ...refused('contract/missing-column', 'contract.yaml:11', /missing in data\/parcels.csv/, /./),
  },
]

/** The tiny project's contract without a rule. */
function lax(): string {
  const columns = {
    parcel: 'string',
    shipped_at: 'timestamp',
    region: 'string',
    distance_km: 'number',
    late: 'integer',
  }
  const lines = Object.entries(columns).map(([name, type]) => `      - { name: ${name}, logicalType: ${type} }`)
  return `apiVersion: v3.1.0\nkind: DataContract\nid: parcels\nversion: 1.0.0\nstatus: active\nschema:\n  - name: parcels\n    properties:\n${lines.join('\n')}\n`
}
