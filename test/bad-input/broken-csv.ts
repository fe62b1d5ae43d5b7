import { tinyRows } from '../support/tiny-project.ts'
import { type BadInput, refused, works } from './bad-input.ts'
import { csv, learnable, only } from './contents.ts'

const good = tinyRows(40)
const header = 'parcel,shipped_at,region,distance_km,late'
const row = (i: number) => `q${i},2025-02-01T00:00:00Z,N,${i},${i % 2}`

/** Rows and texts that are broken, or CSV in another way than most. */
export const brokenCsv: readonly BadInput[] = [
  {
    what: 'an empty file',
    command: 'init',
    files: only(''),
    ...refused('data/empty-file', 'data/a.csv:1', /it is empty/, /Mend the file/),
  },
  {
    what: 'blank lines alone',
    command: 'init',
    files: only('\n\n  \n'),
    ...refused('data/empty-file', 'data/a.csv:1', /it is empty/, /Mend the file/),
  },
  {
    what: 'a BOM alone',
    command: 'init',
    files: only('\ufeff'),
    ...refused('data/empty-file', 'data/a.csv:1', /it is empty/, /Mend the file/),
  },
  {
    what: 'a header alone',
    command: 'init',
    files: only('a,late\n'),
    ...refused('data/no-rows', 'data/a.csv:1', /no rows/, /Mend the file/),
  },
  {
    what: 'a header and blank lines',
    command: 'init',
    files: only('a,late\n\n\n'),
    ...refused('data/no-rows', 'data/a.csv:1', /no rows/, /Mend the file/),
  },
  {
    what: 'one column',
    command: 'init',
    files: only(csv('late', 60, (i) => `${i % 2}`)),
    ...refused('init/cannot-learn', undefined, /./, /./),
  },
  {
    what: 'one row',
    command: 'init',
    files: only('a,late\n1,0\n'),
    ...refused('init/cannot-learn', undefined, /one value in all rows/, /./),
  },
  {
    what: '2,000 columns',
    command: 'validate',
    files: {
      'data/parcels.csv': csv(
        `${header},${Array.from({ length: 1995 }, (_, i) => `c${i}`).join(',')}`,
        5,
        (i) => `${row(i)}${',1'.repeat(1995)}`,
      ),
    },
    ...works(/PASS.*c0, c1, c2 and 1,992 more/s),
  },
  {
    what: 'a line of 3 MB',
    command: 'init',
    files: only(learnable('a', 60, (i) => (i === 30 ? 'x'.repeat(3e6) : 'y'))),
    ...refused('data/long-line', 'data/a.csv:32', /longer than 2 MB/, /never closed/),
  },
  {
    what: 'a header of 3 MB',
    command: 'init',
    files: only(`${'x'.repeat(3e6)},late\n1,0\n2,1\n`),
    ...refused('data/long-line', 'data/a.csv:1', /longer than 2 MB/, /never closed/),
  },
  {
    what: 'UTF-16 with a letter of four bytes',
    command: 'init',
    files: { 'data/a.csv': Buffer.from(`\ufeff${learnable('a').replace('a', '😀')}`, 'utf16le') },
    ...works(/feature +😀/),
  },
  {
    what: 'UTF-16 with half a letter far down',
    command: 'init',
    files: {
      'data/a.csv': Buffer.from(`\ufeff${learnable('a', 5000, (i) => (i === 4000 ? '\ud83d' : 'b'))}`, 'utf16le'),
    },
    ...refused('data/not-utf8', 'data/a.csv:4002', /line 4002: it is UTF-16.*half of one/, /UTF-8/),
  },
  {
    what: 'UTF-16 that breaks off within a letter',
    command: 'init',
    files: { 'data/a.csv': Buffer.from(`\ufeff${learnable('a')}`, 'utf16le').subarray(0, -1) },
    ...refused('data/not-utf8', 'data/a.csv:61', /breaks off/, /UTF-8/),
  },
  {
    what: 'UTF-16 without a BOM',
    command: 'init',
    files: { 'data/a.csv': Buffer.from(learnable('a'), 'utf16le') },
    ...refused('data/not-utf8', 'data/a.csv:1', /UTF-16/, /iconv -f utf-16/),
  },
  {
    what: 'UTF-16, big-endian',
    command: 'init',
    files: { 'data/a.csv': Buffer.from(`\ufeff${learnable('größe')}`, 'utf16le').swap16() },
    ...works(/feature +größe/),
  },
  {
    what: 'Windows-1252 in the header',
    command: 'init',
    files: { 'data/a.csv': Buffer.from(learnable('\x93größe\x94'), 'latin1') },
    ...works(/text +windows-1252.*look whether/s),
  },
  {
    what: 'Windows-1252 far down',
    command: 'init',
    files: {
      'data/a.csv': Buffer.from(
        learnable('a', 5000, (i) => (i === 4000 ? '5 \x80' : 'b')),
        'latin1',
      ),
    },
    ...works(/text +windows-1252/),
  },
  {
    what: 'a code page of DOS far down',
    command: 'init',
    files: {
      'data/a.csv': Buffer.from(
        learnable('a', 5000, (i) => (i === 4000 ? 'M\x84dchen' : 'b')),
        'latin1',
      ),
    },
    ...refused('data/not-utf8', 'data/a.csv:4002', /not UTF-8/, /windows-1252/),
  },
  {
    what: 'Windows-1252 quotes',
    command: 'validate',
    files: { 'data/parcels.csv': Buffer.from(good.replace(',N,', ',\x93N\x94,'), 'latin1') },
    ...refused('data/not-utf8', 'data/parcels.csv:2', /not UTF-8/, /iconv/),
  },
  { what: 'a UTF-8 BOM', command: 'validate', files: { 'data/parcels.csv': `\ufeff${good}` }, ...works(/PASS/) },
  { what: 'CRLF', command: 'validate', files: { 'data/parcels.csv': good.replaceAll('\n', '\r\n') }, ...works(/PASS/) },
  {
    what: 'CR alone',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll('\n', '\r') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'CRLF and LF mixed',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace('\np3,', '\r\np3,').replace('\np9,', '\r\np9,') },
    ...refused('data/bad-csv', 'data/parcels.csv:1', /lines end in several ways/, /dos2unix/),
  },
  {
    what: 'no line end at the end',
    command: 'validate',
    files: { 'data/parcels.csv': good.trimEnd() },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'blank lines between rows',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll('\np3', '\n\np3') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'semicolons',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll(',', ';') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'bars',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll(',', '|') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'tabs in a .csv',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll(',', '\t') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'spaces as delimiter',
    command: 'init',
    files: only(learnable('a').replaceAll(',', ' ')),
    ...refused('init/unknown-column', undefined, /expected one of a late/, /one column/),
  },
  {
    what: 'semicolons and decimal commas',
    command: 'init',
    files: only(csv('price;late', 60, (i) => `${i % 9},5;${i % 2}`)),
    ...works(/price .*as 1\.234,5 +sure/),
  },
  {
    what: 'decimal commas where the contract promises numbers',
    command: 'validate',
    files: { 'data/parcels.csv': csv(header.replaceAll(',', ';'), 5, (i) => `q${i};2025-02-01;N;${i},5;1`) },
    ...refused('contract/type', 'contract.yaml:12', /not a number: 5 rows.*0,5/s, /Mend the data/),
  },
  {
    what: 'a row that is too short',
    command: 'validate',
    files: { 'data/parcels.csv': `${good}p90,2025-02-01,N\n` },
    ...refused('data/ragged-row', 'data/parcels.csv:42', /3 fields/, /Mend the row/),
  },
  {
    what: 'a comment above the header',
    command: 'validate',
    files: { 'data/parcels.csv': `# exported by hand\n${good}` },
    ...refused('data/ragged-row', 'data/parcels.csv:2', /several fields; expected one field/, /above the header/),
  },
  {
    what: 'a row that is too long',
    command: 'validate',
    files: { 'data/parcels.csv': `${good}p90,2025-02-01,N,1,1,9\n` },
    ...refused('data/ragged-row', 'data/parcels.csv:42', /more than 5 fields/, /Mend the row/),
  },
  {
    what: 'a trailing comma in each row',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll(/,([01])\n/g, ',$1,\n') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'a trailing comma in all lines',
    command: 'validate',
    files: { 'data/parcels.csv': good.replaceAll('\n', ',\n') },
    ...works(/PASS.*column5/s),
  },
  {
    what: 'a quote that is never closed',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace('\np20,', '\n"p20,') },
    ...refused('data/open-quote', 'data/parcels.csv:22', /quote/, /Close the quote/),
  },
  {
    what: 'a quote that is never closed in the header',
    command: 'init',
    files: only(`"a,late\n${'1,0\n'.repeat(30)}`),
    ...refused('data/open-quote', 'data/a.csv:1', /quote/, /Mend the file/),
  },
  {
    what: 'a quote inside a text without quotes',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ',5" N,') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'text behind a closing quote',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ',"N"x,') },
    ...refused('data/open-quote', 'data/parcels.csv:2', /./, /quote/),
  },
  {
    what: 'quotes in quotes, doubled',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ',"say ""N""",') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'quotes in quotes, with backslashes',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ',"say \\"N\\", ok",') },
    ...refused('data/open-quote', 'data/parcels.csv:2', /./, /double each quote/),
  },
  {
    what: 'apostrophes as quotes',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ",'N, S',") },
    ...refused('data/ragged-row', 'data/parcels.csv:2', /more than 5 fields/, /quotes/),
  },
  {
    what: 'a NUL in a text',
    command: 'validate',
    files: { 'data/parcels.csv': good.replace(',N,', ',N\0S,') },
    ...works(/PASS.*40 rows/),
  },
  {
    what: 'a NUL in the header',
    command: 'init',
    files: only(learnable('a\0b')),
    ...refused('data/bad-header', 'data/a.csv:1', /NUL/, /Mend the file/),
  },
]
