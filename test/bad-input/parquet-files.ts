import { type BadInput, refused, works } from './bad-input.ts'
import { changed, parquet, rowsWith } from './contents.ts'

const source = 'data/*.parquet'
const path = 'data/a.parquet'
const file = (columns: Readonly<Record<string, string>> = {}, options = '') => ({
  [path]: parquet(rowsWith(columns), options),
})
const cut = (from: number, to: number) => ({
  [path]: changed(parquet(rowsWith()), (bytes) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])),
})

/** Parquet files that are broken, or hold types that a CSV file cannot. */
export const parquetFiles: readonly BadInput[] = [
  { what: 'Parquet', command: 'run', source, files: file(), ...refused('stage/failed', undefined, /./, /./) },
  {
    what: 'Parquet of 0 bytes',
    command: 'validate',
    source,
    files: { [path]: '' },
    ...refused('data/empty-file', `${path}:1`, /it is empty/, /Mend/),
  },
  {
    what: 'Parquet of its magic alone',
    command: 'validate',
    source,
    files: { [path]: 'PAR1' },
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'text named .parquet',
    command: 'validate',
    source,
    files: { [path]: 'parcel,late\n1,0\n' },
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'gzip named .parquet',
    command: 'validate',
    source,
    files: { [path]: Buffer.from('\x1f\x8b\x08\x00', 'latin1') },
    ...refused('data/other-format', `${path}:1`, /gzip/, /decompress/),
  },
  {
    what: 'Parquet that breaks off',
    command: 'snapshot',
    source,
    files: cut(900, 1e9),
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'Parquet without its beginning',
    command: 'validate',
    source,
    files: cut(0, 100),
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'Parquet with a hole in its rows',
    command: 'validate',
    source,
    files: cut(200, 400),
    ...refused('data/not-parquet', `${path}:1`, /damaged/, /anew/),
  },
  {
    what: 'Parquet with zeros among its rows',
    command: 'validate',
    source,
    files: { [path]: changed(parquet(rowsWith()), (bytes) => bytes.fill(0, 60, 300)) },
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'Parquet with noise among its rows',
    command: 'validate',
    source,
    files: { [path]: changed(parquet(rowsWith(), 'COMPRESSION zstd'), (bytes) => bytes.fill(0xa7, 60, 300)) },
    ...refused('data/not-parquet', `${path}:1`, /not a whole Parquet/, /anew/),
  },
  {
    what: 'Parquet with noise in its footer',
    command: 'validate',
    source,
    files: { [path]: changed(parquet(rowsWith()), (bytes) => bytes.fill(0xa7, bytes.length - 200, bytes.length - 40)) },
    ...refused('data/not-parquet', `${path}:1`, /damaged/, /anew/),
  },
  {
    what: 'encrypted Parquet',
    command: 'validate',
    source,
    files: {
      [path]: changed(parquet(rowsWith()), (bytes) => {
        bytes.write('PARE', 0)
        bytes.write('PARE', bytes.length - 4)
        return bytes
      }),
    },
    ...refused('data/not-parquet', `${path}:1`, /./, /anew/),
  },
  {
    what: 'Parquet of no rows',
    command: 'validate',
    source,
    files: { [path]: parquet(`${rowsWith()} LIMIT 0`) },
    ...refused('data/no-rows', `${path}:1`, /no rows/, /Mend/),
  },
  {
    what: 'names that differ in case alone, in Parquet',
    command: 'validate',
    source,
    files: file({ LATE: '1' }),
    ...works(/not used: LATE_1/),
  },
  {
    what: 'a struct',
    command: 'validate',
    source,
    files: file({ extra: "{'a': i, 'b': [i]}" }),
    ...works(/PASS.*extra/s),
  },
  {
    what: 'a struct where the contract promises text',
    command: 'validate',
    source,
    files: file({ region: "{'a': i}" }),
    ...works(/PASS/),
  },
  {
    what: 'a list where the contract promises a number',
    command: 'validate',
    source,
    files: file({ distance_km: '[i]' }),
    ...refused('contract/type', 'contract.yaml:12', /not a number/, /./),
  },
  { what: 'a map in `init`', command: 'init', source, files: file({ extra: "MAP {'a': i}" }), ...works(/extra/) },
  {
    what: 'decimals',
    command: 'validate',
    source,
    files: file({ distance_km: 'i::DECIMAL(38, 10)' }),
    ...works(/PASS/),
  },
  {
    what: 'bytes where the contract promises text',
    command: 'validate',
    source,
    files: file({ region: "'\\xFF\\x00'::BLOB" }),
    ...works(/PASS/),
  },
  { what: 'bytes in `init`', command: 'init', source, files: file({ extra: "'\\xFF\\x00'::BLOB" }), ...works(/extra/) },
  { what: 'a UUID', command: 'validate', source, files: file({ parcel: 'uuid()' }), ...works(/PASS/) },
  {
    what: 'a time of day where the contract promises a moment',
    command: 'validate',
    source,
    files: file({ shipped_at: "TIME '12:00'" }),
    ...refused('contract/type', 'contract.yaml:10', /not a timestamp/, /./),
  },
  { what: 'an interval in `init`', command: 'init', source, files: file({ extra: 'to_hours(i)' }), ...works(/extra/) },
  {
    what: 'moments with a zone',
    command: 'snapshot',
    source,
    files: file({ shipped_at: "TIMESTAMPTZ '2025-01-01 12:00:00+02' + to_hours(i)" }),
    ...works(/2025-01-03T01:00:00Z/),
  },
  {
    what: 'moments in nanoseconds',
    command: 'snapshot',
    source,
    files: file({ shipped_at: "TIMESTAMP_NS '2025-01-01 12:00:00.123456789'" }),
    ...works(/2025-01-01T12:00:00.123456Z/),
  },
  {
    what: 'the largest moment',
    command: 'snapshot',
    source,
    files: file({ shipped_at: "TIMESTAMP '294247-01-10 04:00:54.775806'" }),
    ...refused('data/no-moment', 'plumbline.yaml:1', /none of its values is a timestamp/, /model.time/),
  },
  {
    what: 'an infinite moment',
    command: 'snapshot',
    source,
    files: file({ shipped_at: "TIMESTAMP 'infinity'" }),
    ...refused('data/no-moment', 'plumbline.yaml:1', /none of its values is a timestamp/, /model.time/),
  },
  {
    what: 'a moment before Christ',
    command: 'snapshot',
    source,
    files: file({ shipped_at: "TIMESTAMP '4713-01-01 (BC) 00:00:00'" }),
    ...refused('data/no-moment', 'plumbline.yaml:1', /none of its values is a timestamp/, /model.time/),
  },
  {
    what: '128-bit integers',
    command: 'validate',
    source,
    files: file({ late: '170141183460469231731687303715884105727::HUGEINT' }),
    ...refused('contract/type', 'contract.yaml:13', /not an integer/, /./),
  },
  {
    what: 'infinite numbers',
    command: 'validate',
    source,
    files: file({ distance_km: "CASE WHEN i = 3 THEN 'inf'::DOUBLE ELSE i END" }),
    ...works(/PASS/),
  },
  {
    what: 'not-a-numbers',
    command: 'validate',
    source,
    files: file({ distance_km: "CASE WHEN i = 3 THEN 'nan'::DOUBLE ELSE i END" }),
    ...works(/PASS/),
  },
  {
    what: 'a dictionary of one value a million times',
    command: 'validate',
    source,
    files: { [path]: parquet(rowsWith().replace('range(40)', 'range(1000000)')) },
    ...works(/1,000,000 rows/),
  },
  {
    what: 'a column of nulls without a type',
    command: 'init',
    source,
    files: file({ extra: 'NULL' }),
    ...works(/extra +no value in any row/),
  },
  {
    what: 'an enumeration',
    command: 'validate',
    source,
    files: file({ region: "'N'::ENUM('N', 'S')" }),
    ...works(/PASS/),
  },
]
