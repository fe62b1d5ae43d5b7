import { type BadInput, refused, works } from './bad-input.ts'
import { csv, parquet } from './contents.ts'

type Cell = (i: number) => string | number

const rows = 2000
const wave: Cell = (i) => (Math.sin(i) * 10).toFixed(4)
const letter: Cell = (i) => 'AABC'[i % 4] ?? ''
const day: Cell = (i) => `2024-01-${String((i % 28) + 1).padStart(2, '0')}`
const every =
  (n: number, odd: Cell, others: Cell): Cell =>
  (i) =>
    i % n === 0 ? odd(i) : others(i)
const only =
  (value: string | number): Cell =>
  () =>
    value

function table(columns: Readonly<Record<string, Cell>>, count = rows): string {
  const cells = Object.values(columns)
  return csv(Object.keys(columns).join(','), count, (i) => cells.map((cell) => cell(i)).join(','))
}

const good = { ok: wave, kind: letter }
const file = table(good)

/** Two samples; the current one is a file of its own. */
function beside(what: string, reference: string, current: string, sign: Pick<BadInput, 'works' | 'refused'>): BadInput {
  return { what, command: 'drift', files: { 'a.csv': reference, 'b.csv': current }, ...sign }
}

/** A bad column between two good ones, which are judged whatever it holds. */
function column(what: string, reference: Cell, current: Cell, said: RegExp): BadInput {
  const [one, two] = [reference, current].map((bad) => table({ ok: wave, bad, kind: letter }))
  const sign = new RegExp(`^(?=.*${/2 other columns: no drift/.source}).*${said.source}`, 's')
  return beside(what, one ?? '', two ?? '', works(sign))
}

/** The same where nothing is wrong with it at all. */
function quiet(what: string, reference: Cell, current: Cell): BadInput {
  const [one, two] = [reference, current].map((bad) => table({ ok: wave, bad, kind: letter }))
  return beside(what, one ?? '', two ?? '', works(/^NO DRIFT {2}none of 3 columns drifts.*3 other columns: no drift/s))
}

/** What `drift` says of two samples of which one column, or one side, is bad: that column by name, and the others as ever. */
export const badSamples: readonly BadInput[] = [
  column('nothing on either side', only(''), only(''), /– not judged, it holds nothing on either side.*: bad/),
  column('nothing before', only(''), wave, /✗ bad +drift +missing 1 .*no reference values.*missing 100 % → 0 %/),
  column('nothing now', wave, only(''), /✗ bad +drift +missing 1 .*no current values.*missing 0 % → 100 %/),
  column('no category now', letter, only(''), /✗ bad +drift .*no current values.*gone: "A" \(1,000 rows\)/),
  column('a tenth more missing', wave, every(9, only(''), wave), /✗ bad +drift.*missing 0\.112 .*0 % → 11 %/),
  quiet('a constant', only(5), only(5)),
  column('a constant that moves', only(5), only(7), /✗ bad +drift.*new: "7" \(2,000 rows\)/),
  column('a constant that becomes a word', only(5), only('five'), /✗ bad +drift.*not a number 1 /),
  column('infinities now', wave, every(3, only('inf'), wave), /✗ bad +drift.*D 0\.33/),
  quiet('infinities as before', every(2, only('inf'), only('-inf')), every(2, only('inf'), only('-inf'))),
  column('NaN now', wave, every(3, only('nan'), wave), /✗ bad +drift.*missing 0\.33.* 0 % → 33 %/),
  column('words among numbers', wave, every(2, only('many'), wave), /✗ bad +drift.*not a number 0\.5 .*0 % → 50 %/),
  column('words among numbers before', every(9, only('many'), wave), wave, /– not judged, most rows.*: bad/),
  column('numbers that become times', wave, day, /✗ bad +drift +not a number 1 .*no current values.*not a number /),
  column('truth values that become numbers', every(2, only('true'), only('false')), (i) => i % 2, /✗ bad +drift/),
  quiet('−0.0 for 0.0', every(2, only('0.0'), wave), every(2, only('-0.0'), wave)),
  quiet('1e308 and −1e308', every(2, only('1e308'), only('-1e308')), every(2, only('1e308'), only('-1e308'))),
  quiet(
    'numbers over all their range',
    (i) => Math.sin(i) * 1e308,
    (i) => Math.sin(i) * 1e308,
  ),
  column('a number of 400 digits', wave, every(3, only('9'.repeat(400)), wave), /✗ bad +drift.*D 0\.33/),
  quiet(
    'integers beyond 2⁵³',
    (i) => `90071992547409${10 + (i % 20)}`,
    (i) => `90071992547409${10 + (i % 20)}`,
  ),
  column('a new category', every(4, only('X'), only('Y')), letter, /✗ bad +drift.*new: "A" .*gone: "Y" /),
  column('a category that is gone', letter, every(2, only('A'), only('B')), /✗ bad +drift.*gone: "C" \(500 rows\)/),
  quiet('a single new value', letter, (i) => (i === 3 ? 'Z' : letter(i))),
  quiet(
    'codes that lose their zeros',
    (i) => `00${i % 3}`,
    (i) => i % 3,
  ),
  column(
    'an id of numbers',
    (i) => i,
    (i) => i + rows,
    /– not judged, each row has a number of its own: an id.*: bad/,
  ),
  column(
    'an id of words',
    (i) => `a${i}`,
    (i) => `b${i}`,
    /– not judged, most rows have a value of their own.*: bad/,
  ),
  column('dates as text', day, (i) => String(day(i)).replace('2024', '2025'), /– not judged, times move.*: bad/),
  column('dates in another format', day, only('31.01.2025'), /✗ bad +drift +not a time 1 .*0 % → 100 %/),
  column('dates that become seconds', day, (i) => 1735689600 + i, /✗ bad +drift +not a time 1 /),
  column(
    'a few dates that are none',
    day,
    every(100, only('soon'), day),
    /! bad +notable +not a time 0\.01 .*0 % → 1 %/,
  ),
  beside('one row', file, table(good, 1), works(/^INSUFFICIENT DATA {2}too little data for ok, kind.*, 1 row\n/s)),
  beside('one row before', table(good, 1), file, works(/^INSUFFICIENT DATA {2}too little data for ok, kind/)),
  beside('one row on both sides', table(good, 1), table(good, 1), works(/^INSUFFICIENT DATA/)),
  beside('no row', file, table(good, 0), refused('data/no-rows', 'b.csv:1', /"b.csv".*no rows/, /Mend the file/)),
  beside(
    'no row before',
    table(good, 0),
    file,
    refused('data/no-rows', 'a.csv:1', /"a.csv".*no rows/, /Mend the file/),
  ),
  beside('an empty file', file, '', refused('data/empty-file', 'b.csv:1', /"b.csv".*empty/, /Mend the file/)),
  beside('no column alike', file, table({ x: wave, y: letter }), works(/^DRIFT {2}ok, kind are gone, perhaps renamed/)),
  beside('nothing but dates', table({ day }), table({ day }), works(/^INSUFFICIENT DATA {2}no column can be judged/)),
  beside(
    'a column that is gone',
    file,
    table({ ok: wave }),
    works(/^DRIFT {2}kind is gone ·.*✗ kind +gone.*1 other column: no/s),
  ),
  beside(
    'a column that is new',
    file,
    table({ ...good, more: wave }),
    works(/^NO DRIFT.*new: more, with nothing to compare/s),
  ),
  beside(
    'a column that was renamed',
    file,
    table({ ok: wave, sort: letter }),
    works(/kind is gone and sort is new and holds much the same \(distance 0\): a rename is likely/),
  ),
  beside(
    'a column in capitals now',
    file,
    table({ OK: wave, kind: letter }),
    works(/ok is gone and OK is new and holds much the same/),
  ),
  beside(
    'two columns that were swapped',
    table({ ...good, x: (i) => Math.sin(i) + 50, y: (i) => Math.cos(i) + 10 }),
    table({ ...good, x: (i) => Math.cos(i) + 10, y: (i) => Math.sin(i) + 50 }),
    works(/[xy] and [xy] may be swapped.*✗ x +drift.*✗ y +drift.*2 other columns: no drift/s),
  ),
  beside(
    'a column twice',
    file,
    csv('ok,ok,kind', rows, (i) => `${wave(i)},${wave(i)},${letter(i)}`),
    refused('data/duplicate-column', 'b.csv:1', /names "ok" twice/, /Mend the file/),
  ),
  {
    what: 'a file that is not there',
    command: 'drift',
    files: { 'a.csv': file },
    ...refused('data/no-files', undefined, /"b.csv": no file matches/, /Did you mean "a.csv"\?/),
  },
  {
    what: 'times that become numbers, and lists',
    command: 'drift',
    files: {
      'a.parquet': parquet(`SELECT sin(i) AS ok, TIMESTAMP '2024-01-01' AS at, [i] AS list FROM range(${rows}) t(i)`),
      'b.parquet': parquet(`SELECT sin(i) AS ok, i AS at, [i] AS list FROM range(${rows}) t(i)`),
    },
    drift: { reference: 'a.parquet', current: 'b.parquet' },
    ...works(
      /1 other column: no drift.*not judged, numbers became times.*: at.*not judged, lists and structures.*: list/s,
    ),
  },
]
