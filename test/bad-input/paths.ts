import { symlinkSync } from 'node:fs'

import { tinyRows } from '../support/tiny-project.ts'
import { type BadInput, refused, works } from './bad-input.ts'
import { csv, folder, link, parquet, rowsWith } from './contents.ts'

const good = tinyRows(40)
const [header = '', ...rest] = good.trimEnd().split('\n')
const part = (from: number, to: number) => `${header}\n${rest.slice(from, to).join('\n')}\n`
const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`

/** Globs, links, names and partitions of data files. */
export const oddPaths: readonly BadInput[] = [
  {
    what: 'a glob that finds nothing',
    command: 'validate',
    source: 'date/*.csv',
    files: {},
    ...refused('data/no-files', undefined, /"date\/\*\.csv"/, /Did you mean "data/),
  },
  {
    what: '../ in a glob',
    command: 'validate',
    source: '../*.csv',
    files: {},
    ...refused('data/outside-folder', undefined, /leads out/, /relative/),
  },
  {
    what: '../ inside a glob',
    command: 'validate',
    source: 'data/../../*.csv',
    files: {},
    ...refused('data/outside-folder', undefined, /leads out/, /relative/),
  },
  {
    what: '../ in braces',
    command: 'validate',
    source: '"{..,data}/*.csv"',
    files: {},
    ...refused('data/no-files', undefined, /no file matches/, /Mend the glob/),
  },
  {
    what: 'an absolute glob',
    command: 'validate',
    source: '/etc/*.csv',
    files: {},
    ...refused('data/outside-folder', undefined, /leads out/, /relative/),
  },
  {
    what: 'a drive in a glob',
    command: 'validate',
    source: '"C:/data/*.csv"',
    files: {},
    ...refused('data/outside-folder', undefined, /leads out/, /relative/),
  },
  {
    what: 'an address that anybody on the way can change',
    command: 'validate',
    source: '"http://example.com/a.csv"',
    files: {},
    ...refused('project/value', 'plumbline.yaml:3', /https/, /./),
  },
  {
    what: 'an empty glob',
    command: 'validate',
    source: '""',
    files: {},
    ...refused('yaml/value', 'plumbline.yaml:3', /data\.source/, /./),
  },
  {
    what: 'a folder in place of a glob',
    command: 'validate',
    source: 'data',
    files: {},
    ...refused('data/no-files', undefined, /"data"/, /data\/\*/),
  },
  {
    what: 'a folder that ends in .csv',
    command: 'validate',
    files: { 'data/x.csv': folder() },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'a link out of the folder',
    command: 'validate',
    files: { 'data/x.csv': link('/etc/passwd') },
    ...refused('data/outside-folder', undefined, /links out/, /Copy the file/),
  },
  {
    what: 'a link to a file of the folder',
    command: 'validate',
    files: { 'more.csv': part(0, 0), 'data/x.csv': link('../data/parcels.csv') },
    ...refused('contract/unique', 'contract.yaml:9', /40 rows/, /./),
  },
  {
    what: 'a dangling link',
    command: 'validate',
    files: { 'data/x.csv': link('gone.csv') },
    ...refused('data/broken-link', undefined, /x\.csv.*links to nothing/, /Fetch/),
  },
  {
    what: 'links in a circle',
    command: 'validate',
    files: { 'data/x.csv': link('y.csv'), 'data/y.csv': link('x.csv') },
    ...refused('data/broken-link', undefined, /[xy]\.csv.*links to nothing/, /remove the link/),
  },
  {
    what: 'a folder that links to itself',
    command: 'validate',
    source: 'data/**/*.csv',
    files: {
      'data/sub/b.csv': part(0, 0).replace('\n\n', '\n') + 'q,2025-01-01,N,1,1\n',
      'data/loop': async (path) => symlinkSync('.', path),
    },
    ...refused('contract/unique', 'contract.yaml:9', /./, /./),
  },
  {
    what: 'a name with a newline',
    command: 'validate',
    files: { 'data/a\nb.csv': part(0, 3) },
    ...refused('data/bad-path', undefined, /control character/, /Rename/),
  },
  {
    what: 'a name with stars and brackets',
    command: 'validate',
    files: { 'data/a[1]*.csv': good.replaceAll('\np', '\nq') },
    ...works(/PASS.*80 rows/),
  },
  {
    what: 'a name with quotes',
    command: 'validate',
    files: { 'data/it\'s "q".csv': good.replaceAll('\np', '\nq') },
    ...works(/PASS.*80 rows/),
  },
  {
    what: 'a name of 200 letters from right to left',
    command: 'validate',
    files: { [`data/${'م'.repeat(100)}.csv`]: good.replaceAll('\np', '\nq') },
    ...works(/PASS.*80 rows/),
  },
  {
    what: 'a name in another Unicode form',
    command: 'snapshot',
    files: { 'data/cafe\u0301.csv': good.replaceAll('\np', '\nq') },
    ...works(/PINNED.*80 rows/s),
  },
  {
    what: 'a pointer of Git LFS',
    command: 'snapshot',
    files: { 'data/x.csv': lfs },
    ...refused('data/lfs-pointer', 'data/x.csv:1', /LFS pointer/, /git lfs pull/),
  },
  {
    what: 'a pointer of Git LFS, validated',
    command: 'validate',
    files: { 'data/x.csv': lfs },
    ...refused('data/lfs-pointer', 'data/x.csv:1', /LFS pointer/, /git lfs pull/),
  },
  {
    what: 'a file of the system beside the data',
    command: 'validate',
    source: 'data/*',
    files: { 'data/.DS_Store': 'x' },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'a README beside the data',
    command: 'validate',
    source: 'data/*',
    files: { 'data/README.md': 'x' },
    ...refused('data/unknown-format', undefined, /README\.md/, /narrow the glob/),
  },
  {
    what: 'a lock file of Excel beside the data',
    command: 'validate',
    source: 'data/*',
    files: { 'data/~$parcels.csv': '\x05Ada' },
    ...refused('data/no-rows', 'data/~$parcels.csv:1', /./, /./),
  },
  {
    what: 'partitions in folders',
    command: 'validate',
    source: 'data/**/*.csv',
    files: {
      'data/parcels.csv': part(0, 10),
      'data/year=2024/a.csv': part(10, 20),
      'data/year=2025/a.csv': part(20, 40),
    },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'partitions whose columns stand in another order',
    command: 'validate',
    files: { 'data/x.csv': 'late,distance_km,region,shipped_at,parcel\n1,2,N,2025-01-01,q1\n' },
    ...works(/PASS.*41 rows/),
  },
  {
    what: 'a partition without a column',
    command: 'validate',
    files: { 'data/x.csv': 'parcel,shipped_at,distance_km,late\nq1,2025-01-01,1,1\n' },
    ...refused('contract/missing-column', 'contract.yaml:11', /missing in data\/x\.csv/, /./),
  },
  {
    what: 'a partition with another column',
    command: 'validate',
    files: { 'data/x.csv': `${header},colour\nq1,2025-01-01,N,1,1,red\n` },
    ...works(/PASS.*not used: colour/s),
  },
  {
    what: 'partitions of other types',
    command: 'validate',
    source: 'data/*',
    files: { 'data/x.parquet': parquet(rowsWith({ parcel: "'q' || i", distance_km: "i::VARCHAR || ' km'" })) },
    ...refused('contract/type', 'contract.yaml:12', /not a number: 40 rows.*0 km/, /./),
  },
  {
    what: 'partitions of other formats',
    command: 'validate',
    source: 'data/*',
    files: {
      'data/x.parquet': parquet(rowsWith({ parcel: "'q' || i" })),
      'data/y.jsonl': '{"parcel": "j1", "shipped_at": "2025-01-01", "region": "N", "distance_km": 1, "late": 0}\n',
    },
    ...works(/PASS.*81 rows/),
  },
  {
    what: 'a partition that is empty',
    command: 'validate',
    files: { 'data/x.csv': '' },
    ...refused('data/empty-file', 'data/x.csv:1', /it is empty/, /./),
  },
  {
    what: 'a partition with another delimiter',
    command: 'validate',
    files: { 'data/x.csv': good.replaceAll('\np', '\nq').replaceAll(',', ';') },
    ...works(/PASS.*80 rows/),
  },
  {
    what: 'the same rows in two partitions',
    command: 'validate',
    files: { 'data/x.csv': good },
    ...refused('contract/unique', 'contract.yaml:9', /not unique: 40 rows/, /./),
  },
  {
    what: 'a data folder that is a file',
    command: 'init',
    source: 'data/a.csv/*.csv',
    files: { 'data/a.csv': csv('a,late', 5, (i) => `${i},${i % 2}`) },
    ...refused('data/no-files', undefined, /./, /./),
  },
  {
    what: '.plumbline as a file',
    command: 'run',
    files: { '.plumbline': 'x' },
    ...refused('project/own-folder', 'plumbline.yaml:1', /it is a file/, /Remove it/),
  },
  {
    what: 'a lock that cannot be written',
    command: 'snapshot',
    files: { 'data.lock.yaml/x': '' },
    ...refused('system/refused', undefined, /data\.lock\.yaml": a folder stands/, /Move the folder/),
  },
  {
    what: 'JSON that is a list',
    command: 'validate',
    source: 'data/*.json',
    files: { 'data/a.json': '[{"parcel":"a","shipped_at":"2025-01-01","region":"N","distance_km":1,"late":1}]' },
    ...works(/PASS.*1 row/),
  },
  {
    what: 'JSON that breaks off',
    command: 'validate',
    source: 'data/*.jsonl',
    files: { 'data/a.jsonl': '{"parcel": "a"}\n{"parcel": "b' },
    ...refused('data/bad-json', 'data/a.jsonl:3', /no JSON/, /fetched anew/),
  },
  {
    what: 'JSON lines of other keys',
    command: 'validate',
    source: 'data/*.jsonl',
    files: {
      'data/a.jsonl':
        '{"parcel": "a", "shipped_at": "2025-01-01", "distance_km": 1, "late": 1}\n{"parcel": "b", "shipped_at": "2025-01-01", "region": "N", "late": 0}\n',
    },
    ...works(/PASS.*2 rows/),
  },
  {
    what: 'JSON that is a number',
    command: 'validate',
    source: 'data/*.json',
    files: { 'data/a.json': '42' },
    ...refused('data/bad-json', 'data/a.json:1', /./, /./),
  },
  {
    what: 'JSON of an empty list',
    command: 'validate',
    source: 'data/*.json',
    files: { 'data/a.json': '[]' },
    ...refused('data/bad-json', 'data/a.json:1', /something else than objects/, /./),
  },
  {
    what: 'JSON of objects in objects',
    command: 'validate',
    source: 'data/*.jsonl',
    files: {
      'data/a.jsonl':
        '{"parcel": "a", "shipped_at": "2025-01-01", "region": {"a": [1]}, "distance_km": 1, "late": 1}\n',
    },
    ...works(/PASS.*1 row/),
  },
  {
    what: 'JSON with a key twice',
    command: 'validate',
    source: 'data/*.jsonl',
    files: {
      'data/a.jsonl':
        '{"parcel": "a", "parcel": "b", "shipped_at": "2025-01-01", "region": "N", "distance_km": 1, "late": 1}\n',
    },
    ...refused('data/duplicate-column', 'data/a.jsonl:1', /"parcel" twice/, /Mend/),
  },
]
