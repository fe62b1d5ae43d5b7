import { gzipSync } from 'node:zlib'

import { type Answer, fileAnswer, statusAnswer } from '../support/data-server.ts'
import { s3Error } from '../support/s3-fake.ts'
import { tinyRows, tinyYaml } from '../support/tiny-project.ts'
import { type BadInput, refused, works } from './bad-input.ts'
import { link } from './contents.ts'

const rows = tinyRows(40)
const address = 'https://remote.example/parcels.csv'

function from(
  source: string,
  answer: Answer = fileAnswer(rows),
  files: BadInput['files'] = {},
): Omit<BadInput, 'what'> {
  const yaml = tinyYaml.replace('data/*.csv', `{ parcels: { ${source} } }`)
  return { command: 'data fetch', files: { 'plumbline.yaml': yaml, ...files }, answer }
}

const https = (answer: Answer, files: BadInput['files'] = {}) => from(`from: '${address}'`, answer, files)
const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-central-1' }
const s3 = (answer: Answer) => ({ ...from(`from: 's3://lake/parcels.csv'`, answer), environment: keys })
const program = (text: string) => from('run: node fetch.mjs', undefined, { 'fetch.mjs': text })

/** Sources that are slow, lead elsewhere, give something else, or nothing. */
export const badSources: readonly BadInput[] = [
  { what: 'a source that answers', ...https(fileAnswer(rows)), ...works(/FETCHED {2}1 file/) },
  {
    what: 'a source that redirects',
    ...https((request, response) => {
      const moved = statusAnswer(301, { location: '/moved.csv' })
      ;(request.url === '/moved.csv' ? fileAnswer(rows) : moved)(request, response)
    }),
    ...works(/\+ data\/parcels\/parcels\.csv/),
  },
  {
    what: 'a source that redirects in a circle',
    ...https(statusAnswer(302, { location: '/parcels.csv' })),
    ...refused('source/redirect', undefined, /more than 10 times/, /in a browser/),
  },
  {
    what: 'a source that redirects to http',
    ...https(statusAnswer(302, { location: 'http://other.example/parcels.csv?token=1' })),
    ...refused('source/redirect', undefined, /leads to http:\/\/other\.example\/parcels\.csv\?…; expected https/, /./),
  },
  {
    what: 'a source that asks to sign in',
    ...https(statusAnswer(401)),
    ...refused('source/denied', undefined, /answers 401: not everybody may read it/, /s3:\/\/ with keys/),
  },
  {
    what: 'a source that forbids it',
    ...https(statusAnswer(403)),
    ...refused('source/denied', undefined, /answers 403/, /needs no sign-in/),
  },
  {
    what: 'a source that is not there',
    ...https(statusAnswer(404)),
    ...refused('source/not-found', undefined, /no such file \(404\)/, /Mend the address/),
  },
  {
    what: 'a source that is gone',
    ...https(statusAnswer(410)),
    ...refused('source/not-found', undefined, /gone for good/, /Mend the address/),
  },
  {
    what: 'a source that is too busy',
    ...https(statusAnswer(429, { 'retry-after': '3600' })),
    ...refused('source/unreachable', undefined, /answers 429 \(1 try\)/, /goes on where it stopped/),
  },
  {
    what: 'a source whose server is broken',
    ...https(statusAnswer(500)),
    ...refused('source/unreachable', undefined, /answers 500 \(3 tries\)/, /later/),
  },
  {
    what: 'a source that answers 200 with HTML',
    ...https(statusAnswer(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>')),
    ...refused('source/not-data', undefined, /it is a web page \(HTML\); expected what its ending says/, /sign in/),
  },
  {
    what: 'a source that answers with nothing',
    ...https(statusAnswer(200)),
    ...refused('source/not-data', undefined, /it is empty/, /not even a header/),
  },
  {
    what: 'a source that is an Excel file',
    ...https(statusAnswer(200, {}, 'PK\u0003\u0004 and more')),
    ...refused('source/not-data', undefined, /zip or an Excel file/, /Export the sheet/),
  },
  {
    what: 'a source that breaks off',
    ...https((_, response) => {
      response.writeHead(200, { 'content-length': '9999' })
      response.write(rows.slice(0, 99), () => response.destroy())
    }),
    ...refused('source/unreachable', undefined, /breaks off \(3 tries\); expected the whole file/, /./),
  },
  {
    what: 'a source that breaks off once',
    ...https(breaksOffOnce()),
    ...works(/FETCHED/),
  },
  {
    what: 'a source that never ends',
    ...https((_, response) => void response.writeHead(200).write('parcel')),
    ...refused('source/unreachable', undefined, /stops in the middle/, /./),
  },
  {
    what: 'a source that is slower than a modem',
    ...https((_, response) => {
      const timer = setInterval(() => response.write('p'), 30)
      response.on('close', () => clearInterval(timer))
    }),
    ...refused('source/unreachable', undefined, /it is too slow/, /./),
  },
  {
    what: 'a source larger than the disk',
    ...https((_, response) => void response.writeHead(200, { 'content-length': '1000000000000000' }).write('p')),
    ...refused('source/no-room', undefined, /the disk has \d+ MB left; expected 1000000000 MB more/, /Make room/),
  },
  {
    what: 'a source with another sha256',
    ...from(`from: '${address}', sha256: '${'ab'.repeat(32)}'`),
    ...refused(
      'source/wrong-sha256',
      undefined,
      /expected abababababab… \(plumbline\.yaml:3\)/,
      /write sha256: [0-9a-f]{64}$/,
    ),
  },
  {
    what: 'a source without an ending',
    ...from(`from: 'https://remote.example/export'`, statusAnswer(200, { 'content-type': 'text/plain' }, rows)),
    ...refused('source/no-name', undefined, /its Content-Type is text\/plain/, /an address that ends so/),
  },
  {
    what: 'a source of gzip that was cut off',
    ...from(`from: '${address}.gz'`, (_, response) => response.end(gzipSync(rows.repeat(30)).subarray(0, 300))),
    ...refused('source/not-data', undefined, /gzip stream is cut off/, /write it there anew/),
  },
  {
    what: 'a source where a file of the user lies',
    ...https(fileAnswer(rows), { 'data/parcels/parcels.csv': 'mine' }),
    ...refused('source/foreign-file', undefined, /"data\/parcels\/parcels\.csv": a file of yours/, /Move it away/),
  },
  {
    what: 'a source whose folder is a link out',
    ...https(fileAnswer(rows), { 'data/parcels': link('/tmp') }),
    ...refused('data/outside-folder', undefined, /leads out of the folder/, /inside/),
  },
  {
    what: 'a list of what was landed with conflict marks',
    ...https(fileAnswer(rows), { 'data/parcels/.plumbline-landed.json': '<<<<<<< HEAD\n{}' }),
    ...refused('source/bad-manifest', undefined, /it is not as Plumbline wrote it/, /delete this file/),
  },
  {
    what: 'an S3 bucket that is not there',
    ...s3(s3Error(404, 'NoSuchBucket')),
    ...refused('source/not-found', undefined, /no such bucket at 127\.0\.0\.1/, /Mend the bucket/),
  },
  {
    what: 'an S3 key that is not there',
    ...s3(s3Error(404, 'NoSuchKey')),
    ...refused('source/not-found', undefined, /no such key/, /Mend the key/),
  },
  {
    what: 'an S3 that denies it',
    ...s3(s3Error(403, 'AccessDenied')),
    ...refused('source/denied', undefined, /the keys may not read it \(AccessDenied\)/, /get-caller-identity/),
  },
  {
    what: 'wrong keys of an S3',
    ...s3(s3Error(403, 'SignatureDoesNotMatch')),
    ...refused('source/denied', undefined, /does not know the keys/, /Check which keys/),
  },
  {
    what: 'half a key of an S3',
    ...s3(s3Error(403, 'AccessDenied')),
    environment: { AWS_ACCESS_KEY_ID: 'id' },
    ...refused('source/settings', undefined, /AWS_SECRET_ACCESS_KEY is not set; expected both/, /neither for an open/),
  },
  {
    what: 'a clock that is wrong for an S3',
    ...s3(s3Error(403, 'RequestTimeTooSkewed')),
    ...refused('source/settings', undefined, /the clock of this machine is wrong/, /Set the clock/),
  },
  {
    what: 'an S3 bucket of another region',
    ...s3(s3Error(400, 'AuthorizationHeaderMalformed')),
    ...refused('source/settings', undefined, /another region than eu-central-1/, /AWS_REGION/),
  },
  {
    what: 'an archived S3 object',
    ...s3(s3Error(403, 'InvalidObjectState')),
    ...refused('source/denied', undefined, /archived/, /Restore it/),
  },
  {
    what: 'a program that fails',
    ...program('console.error("no luck"); process.exit(3)'),
    environment: { PATH: process.env['PATH'] ?? '' },
    ...refused('stage/failed', undefined, /program of source "parcels": it ended with code 3/, /whole log/),
  },
  {
    what: 'a program that writes nothing',
    ...program(''),
    environment: { PATH: process.env['PATH'] ?? '' },
    ...refused('stage/no-output', undefined, /ended well but wrote no "data"/, /PLUMBLINE_OUT_DATA/),
  },
  {
    what: 'a program without its secret',
    ...from('run: node fetch.mjs, secrets: [API_TOKEN]'),
    ...refused(
      'pipeline/no-secret',
      undefined,
      /program of source "parcels": its secret API_TOKEN is not set/,
      /export/,
    ),
  },
  {
    what: 'a database whose variable is not set',
    ...from('from: postgres:SHOP_DB#public.orders'),
    ...refused('source/no-variable', undefined, /SHOP_DB is not set/, /export SHOP_DB/),
  },
  {
    what: 'a database that is not there',
    ...from('from: sqlite:shop.db#orders'),
    ...refused('source/not-found', undefined, /no file "shop\.db"/, /Mend the path/),
  },
  {
    what: 'a database without the extension that reads it',
    ...from('from: sqlite:shop.db#orders', undefined, { 'shop.db': 'SQLite format 3\0' }),
    environment: { HOME: '/nowhere' },
    ...refused('source/no-extension', undefined, /sqlite_scanner v1\.\d+\.\d+ \(\w+\) is nowhere/, /INSTALL sqlite/),
  },
]

function breaksOffOnce(): Answer {
  let asked = 0
  return (request, response) => {
    asked += 1
    fileAnswer(rows, asked === 1 ? { breakAfter: 500 } : {})(request, response)
  }
}
