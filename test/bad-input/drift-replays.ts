import { type BadInput, refused, works } from './bad-input.ts'
import { csv } from './contents.ts'

type Row = readonly (string | number)[]

/** Twelve days of 360 rows, the first eight only learned from. */
const days = 12
const perDay = 360
const count = days * perDay
const at = (i: number) => new Date(Date.UTC(2024, 0, 1) + i * 240_000).toISOString()
const wave = (i: number) => (Math.sin(i * i) * 10).toFixed(3)
const letter = (i: number) => 'AABC'[(i * 7) % 4] ?? ''
const good = (i: number): Row => [at(i), wave(i), letter(i)]

function replay(what: string, text: string, sign: Pick<BadInput, 'works' | 'refused'>, more = {}): BadInput {
  const drift = { reference: 'a.csv', current: undefined, replay: true, window: 86_400_000, ...more }
  return { what, command: 'drift', files: { 'a.csv': text }, drift, ...sign }
}

const stream = (row: (i: number) => Row, head = 'ts,x,kind', rows = count) => csv(head, rows, (i) => row(i).join(','))
const timeless = (state: RegExp) => refused('drift/no-time', 'a.csv:1', state, /Name data with dates or moments/)
const calm = /^NO ALARM {2}in 4 windows, .* 12 windows of 1d with rows/s

/** What `drift --replay` says of a past that is bad. */
export const badReplays: readonly BadInput[] = [
  replay(
    'rows out of order',
    stream((i) => good((i * 1009) % count)),
    works(calm),
  ),
  replay(
    'a window without rows',
    stream((i) => good(i < 9 * perDay ? i : i + 2 * perDay)),
    works(calm),
  ),
  replay(
    'no column of times',
    stream((i) => good(i).slice(1), 'x,kind'),
    timeless(/no column holds times/),
  ),
  replay(
    'no time in any row',
    stream((i) => ['', wave(i), letter(i)]),
    timeless(/no column holds times/),
  ),
  replay(
    'a time that is a word',
    stream((i) => (i === 7 ? ['yesterday', ...good(i).slice(1)] : good(i))),
    works(/^NO ALARM.*left out: 1 row with no time, or one that cannot be read/s),
  ),
  replay(
    'times that are missing',
    stream((i) => (i % 10 === 0 ? ['', ...good(i).slice(1)] : good(i))),
    works(/^NO ALARM.*left out: 432 rows with no time/s),
  ),
  replay(
    'rows from the future',
    stream((i) => (i < 2 ? [`2999-01-0${i + 1}`, ...good(i).slice(1)] : good(i))),
    works(/^NO ALARM {2}in 4 windows.*4,318 rows by ts.*left out: 2 rows from the future/s),
  ),
  replay(
    'nothing but the future',
    stream((i) => [at(i).replace('2024', '2999'), wave(i), letter(i)]),
    works(/^INSUFFICIENT DATA {2}too few windows.* 0 rows by ts.*left out: 4,320 rows from the future/s),
  ),
  replay(
    'one moment for all rows',
    stream((i) => [at(0), wave(i), letter(i)]),
    works(/^INSUFFICIENT DATA {2}too few/),
  ),
  replay('one row', stream(good, 'ts,x,kind', 1), works(/^INSUFFICIENT DATA {2}too few windows.*, 1 row by ts/s)),
  replay(
    'too few rows in a window',
    stream((i) => good(i * 30), 'ts,x,kind', count / 30),
    works(/^INSUFFICIENT DATA {2}too little in each of 4 windows.*--window 2d holds more/s),
  ),
  replay(
    'columns that hold nothing, one value, ids, infinities and both ends',
    stream(
      (i) => [...good(i), '', 5, `id${i}`, i % 2 ? 'inf' : '-inf', i % 2 ? '1e308' : '-1e308', i % 3 ? '-0.0' : '0.0'],
      'ts,x,kind,nothing,same,id,ends,large,zero',
    ),
    works(/^NO ALARM {2}in 4 windows.*– nothing {2}not judged: it holds nothing.*– id {2}not judged: most rows/s),
  ),
  replay(
    'a column that ends',
    stream((i) => [...good(i), i < 10 * perDay ? wave(i) : ''], 'ts,x,kind,lost'),
    works(/^[\d.]+ ALARMS A YEAR {2}once in 4 windows.*✗ lost {2}once: 2024-01-11/s),
  ),
  replay(
    'a column that begins',
    stream((i) => [...good(i), i < 10 * perDay ? '' : wave(i)], 'ts,x,kind,fresh'),
    works(/^[\d.]+ ALARMS A YEAR {2}once in 4 windows.*✗ fresh {2}once: 2024-01-11/s),
  ),
  replay(
    'two columns of times',
    stream((i) => [at(i), ...good(i)], 'ts,sent,x,kind'),
    {
      ...refused('drift/no-time', 'a.csv:1', /2 columns hold times/, /Name one of ts, sent: --time ts/),
    },
  ),
  replay(
    'a time column that holds none',
    stream(good),
    {
      ...refused('drift/no-time', 'a.csv:1', /"x" holds no times/, /Name one of ts: --time ts/),
    },
    { time: 'x' },
  ),
  replay(
    'windows of a second',
    stream(good, 'ts,x,kind', 5400),
    {
      ...refused('drift/many-windows', 'a.csv:1', /more than 5000/, /Name a longer --window/),
    },
    { window: 1000 },
  ),
  replay(
    'two samples',
    stream(good),
    {
      ...refused('cli/bad-input', undefined, /"a.csv": --current names "b.csv", too/, /Leave out --current/),
    },
    { current: 'b.csv' },
  ),
]
