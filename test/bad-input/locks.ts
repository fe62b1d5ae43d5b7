import { createHash } from 'node:crypto'

import { tinyRows } from '../support/tiny-project.ts'
import { type BadInput, refused } from './bad-input.ts'
import { folder } from './contents.ts'

const file = 'data.lock.yaml'
const rows = tinyRows(40)
const sha = createHash('sha256').update(rows).digest('hex')
const bytes = Buffer.byteLength(rows)
const good = `version: 1\nuntil: "2025-01-02T15:00:00Z"\nfeatures:\n  - ${sha}  ${bytes}  data/parcels.csv\n`
const locked = (text: string) => ({ [file]: text })
const mended = (from: string, to: string) => locked(good.replace(from, to))

/** `data.lock.yaml`, edited by hand, merged, or from another time. */
export const badLocks: readonly BadInput[] = [
  {
    what: 'an empty lock',
    command: 'snapshot',
    files: locked(''),
    ...refused('lock/version', `${file}:1`, /no "version"/, /plumbline snapshot/),
  },
  {
    what: 'a folder as lock',
    command: 'snapshot',
    files: { [file]: folder() },
    ...refused('project/file', `${file}:1`, /folder/, /./),
  },
  {
    what: 'a lock in UTF-16',
    command: 'snapshot',
    files: { [file]: Buffer.from(`\ufeff${good}`, 'utf16le') },
    ...refused('project/file', `${file}:1`, /not UTF-8/, /./),
  },
  {
    what: 'marks of a merge in the lock',
    command: 'run',
    files: locked(`${good}<<<<<<< HEAD\n=======\n>>>>>>> other\n`),
    ...refused('lock/merge-conflict', `${file}:5`, /merge conflict/, /plumbline snapshot/),
  },
  {
    what: 'a lock from a newer version',
    command: 'run',
    files: mended('version: 1', 'version: 2'),
    ...refused('lock/version', `${file}:1`, /version 2/, /that wrote it/),
  },
  {
    what: 'a lock of version 0',
    command: 'run',
    files: mended('version: 1', 'version: 0'),
    ...refused('lock/version', `${file}:1`, /version 0/, /plumbline snapshot/),
  },
  {
    what: 'an unknown section',
    command: 'run',
    files: mended('features:', 'feature:'),
    ...refused('lock/key', `${file}:3`, /"feature"/, /"features"/),
  },
  {
    what: 'a section twice',
    command: 'run',
    files: locked(good + good.split('\n').slice(2).join('\n')),
    ...refused('lock/key', `${file}:5`, /twice/, /./),
  },
  {
    what: 'a file twice in the lock',
    command: 'run',
    files: locked(good + (good.split('\n')[3] ?? '')),
    ...refused('lock/duplicate', `${file}:5`, /twice/, /./),
  },
  {
    what: 'a digest that is cut',
    command: 'run',
    files: mended(sha, sha.slice(1)),
    ...refused('lock/entry', `${file}:4`, /malformed/, /./),
  },
  {
    what: 'a digest in capitals',
    command: 'run',
    files: mended(sha, sha.toUpperCase()),
    ...refused('lock/entry', `${file}:4`, /malformed/, /./),
  },
  {
    what: '../ in the lock',
    command: 'run',
    files: mended('data/parcels.csv', '../parcels.csv'),
    ...refused('lock/path', `${file}:4`, /leads out/, /./),
  },
  {
    what: 'an absolute path in the lock',
    command: 'run',
    files: mended('data/parcels.csv', '/etc/passwd'),
    ...refused('lock/path', `${file}:4`, /leads out/, /./),
  },
  {
    what: 'a drive in the lock',
    command: 'run',
    files: mended('data/parcels.csv', 'C:/parcels.csv'),
    ...refused('lock/path', `${file}:4`, /leads out/, /./),
  },
  {
    what: 'a backslash in the lock',
    command: 'run',
    files: mended('data/parcels.csv', 'data\\parcels.csv'),
    ...refused('lock/path', `${file}:4`, /backslash/, /./),
  },
  {
    what: 'a path in another Unicode form in the lock',
    command: 'run',
    files: mended('data/parcels.csv', 'data/cafe\u0301.csv'),
    ...refused('lock/path', `${file}:4`, /NFC/, /./),
  },
  {
    what: 'a time that is none in the lock',
    command: 'run',
    files: mended('2025-01-02T15:00:00Z', 'yesterday'),
    ...refused('lock/until', `${file}:2`, /yesterday/, /./),
  },
  {
    what: 'an impossible time in the lock',
    command: 'run',
    files: mended('2025-01-02T15:00:00Z', '2025-13-45T99:00:00Z'),
    ...refused('split/until', `${file}:1`, /2025-13-45/, /plumbline snapshot/),
  },
  {
    what: 'another time than the data’s in the lock',
    command: 'snapshot',
    files: mended('2025-01-02T15:00:00Z', '2025-01-01T00:00:00Z'),
    works: /NO/,
  },
  {
    what: 'another number of bytes in the lock',
    command: 'run',
    files: mended(`${bytes}  `, '7  '),
    ...refused('store/missing', undefined, /data\/parcels\.csv/, /Restore/),
  },
  {
    what: 'another digest in the lock',
    command: 'run',
    files: mended(sha, '0'.repeat(64)),
    ...refused('store/missing', undefined, /data\/parcels\.csv/, /Restore/),
  },
  {
    what: 'a file in the lock that is gone',
    command: 'run',
    files: mended('data/parcels.csv', 'data/gone.csv'),
    ...refused('store/missing', undefined, /data\/gone\.csv/, /./),
  },
  {
    what: 'rows changed after the snapshot',
    command: 'run',
    files: { ...locked(good), 'data/parcels.csv': tinyRows(41) },
    ...refused('store/missing', undefined, /data\/parcels\.csv/, /plumbline snapshot/),
  },
  { what: 'no lock', command: 'run', files: locked('# nothing\n'), ...refused('lock/version', `${file}:1`, /./, /./) },
]
