import { gzipSync } from 'node:zlib'

import { type BadInput, refused, works } from './bad-input.ts'
import { changed, learnable, only, zstd } from './contents.ts'

/** Bytes that are not what their name says. */
export const otherFormats: readonly BadInput[] = [
  {
    what: 'HTML',
    command: 'init',
    files: only('<!DOCTYPE html>\n<html><body>Sign in</body></html>\n'),
    ...refused('data/other-format', 'data/a.csv:1', /a web page/, /Fetch it anew/),
  },
  {
    what: 'a web page in place of JSON',
    command: 'init',
    files: { 'data/a.json': '<html><body>404</body></html>\n' },
    ...refused('data/other-format', 'data/a.json:1', /a web page/, /Fetch it anew/),
  },
  {
    what: 'an XLSX named .csv',
    command: 'init',
    files: { 'data/a.csv': Buffer.from('PK\x03\x04\x14\x00\x06\x00\x08\x00', 'latin1') },
    ...refused('data/other-format', 'data/a.csv:1', /Excel/, /as CSV/),
  },
  {
    what: 'Parquet named .csv',
    command: 'init',
    files: { 'data/a.csv': changed('', () => Buffer.from('PAR1\x15\x04\x15\x10', 'latin1')) },
    ...refused('data/other-format', 'data/a.csv:1', /Parquet/, /\.parquet/),
  },
  {
    what: 'gzip named .csv',
    command: 'init',
    files: { 'data/a.csv': gzipSync(learnable('a')) },
    ...refused('data/other-format', 'data/a.csv:1', /gzip/, /\.gz/),
  },
  {
    what: 'an XLSX',
    command: 'init',
    files: { 'data/a.xlsx': 'PK' },
    ...refused('data/unknown-format', undefined, /a\.xlsx/, /Convert/),
  },
  {
    what: 'text named .gz',
    command: 'init',
    files: { 'data/a.csv.gz': learnable('a') },
    ...refused('data/bad-compression', 'data/a.csv.gz:1', /decompressed/, /Compress/),
  },
  {
    what: 'gzip that breaks off',
    command: 'init',
    files: { 'data/a.csv.gz': gzipSync(learnable('a', 5000, (i) => `${i * 7919}`)).subarray(0, 4000) },
    ...refused('data/bad-compression', 'data/a.csv.gz:1', /decompressed/, /Compress/),
  },
  {
    what: 'text named .zst',
    command: 'init',
    files: { 'data/a.csv.zst': learnable('a') },
    ...refused('data/bad-compression', 'data/a.csv.zst:1', /decompressed/, /Compress/),
  },
  {
    what: 'zstd that breaks off',
    command: 'init',
    files: {
      'data/a.csv.zst': changed(zstd('SELECT hash(i) AS a, i % 2 AS late FROM range(20000) t(i)'), (bytes) =>
        bytes.subarray(0, 9000),
      ),
    },
    ...refused('data/bad-compression', 'data/a.csv.zst:1', /decompressed/, /Compress/),
  },
  { what: 'gzip', command: 'init', files: { 'data/a.csv.gz': gzipSync(learnable('a')) }, ...works(/60 rows/) },
  {
    what: 'zstd',
    command: 'init',
    files: { 'data/a.csv.zst': zstd('SELECT (i * 7) % 11 AS a, i % 2 AS late FROM range(60) t(i)') },
    ...works(/60 rows/),
  },
  {
    what: 'an empty gzip',
    command: 'init',
    files: { 'data/a.csv.gz': gzipSync('') },
    ...refused('data/empty-file', 'data/a.csv.gz:1', /it is empty/, /Mend the file/),
  },
]
