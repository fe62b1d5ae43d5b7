import { gzipSync } from 'node:zlib'

import type { Content } from './bad-input.ts'
import { csv, parquet } from './contents.ts'

/** A file as somebody has it, and the essence of what init says of it. */
export interface UglyFile {
  readonly what: string
  readonly files: Readonly<Record<string, Content>>
  readonly target: string
  readonly exclude?: readonly string[]
  /** Each is found in the answer. */
  readonly says: readonly RegExp[]
}

const rows = 600

/** Uniform between 0 and 1, always the same of a place. */
function chance(place: number): number {
  const value = Math.sin(place * 127.1 + 311.7) * 43_758.5453
  return value - Math.floor(value)
}

/** Two digits and more, from the first of January 2024 on, a row every six hours. */
function moment(i: number) {
  const text = new Date(Date.UTC(2024, 0, 1, 6 * i)).toISOString()
  const hour = Number(text.slice(11, 13))
  return { year: text.slice(0, 4), month: text.slice(5, 7), day: text.slice(8, 10), hour, iso: text }
}

const amount = (i: number) => 10 + 9000 * chance(i)
const isHigh = (i: number) => amount(i) + 4000 * (chance(i + 5000) - 0.5) > 6000
const grouped = (value: number, group: string, decimal: string) =>
  value
    .toFixed(2)
    .replace('.', decimal)
    .replace(/\B(?=(\d{3})+(?!\d))/g, group)

const german = csv('Auftrag;Datum;Betrag;PLZ;Kunde;Storniert', rows, (i) => {
  const { day, month, year } = moment(i)
  const plz = String(Math.floor(1000 + 98_000 * chance(i + 1))).padStart(5, '0')
  const fields = [100_000 + i, `${day}.${month}.${year}`, grouped(amount(i), '.', ','), plz, `Kunde ${i % 30}`]
  return [...fields, isHigh(i) ? 'ja' : 'nein'].join(';')
})

const american = csv('Order ID,Order Date,Amount,Zip,,Returned?', rows, (i) => {
  const { day, month, year, hour } = moment(i)
  const at = `${month}/${day}/${year} ${hour % 12 === 0 ? 12 : hour % 12}:05 ${hour < 12 ? 'AM' : 'PM'}`
  return [i, at, `"${grouped(amount(i), ',', '.')}"`, 10_000 + (i % 40), '', isHigh(i) ? 'Y' : 'N'].join(',')
})

const fraud = csv('tx,epoch,amount,card,is_fraud', 4000, (i) => {
  const isFraud = i % 1000 === 7
  const card = 4_000_000_000_000_000 + Math.floor(1e12 * chance(i))
  return [
    String(i).padStart(8, '0'),
    1_700_000_000 + i * 60,
    (chance(i) * (isFraud ? 900 : 90)).toFixed(2),
    card,
    isFraud ? 1 : 0,
  ].join(',')
})

const wine = csv('fixed acidity,alcohol,quality', rows, (i) => {
  const quality = Math.round(3 + 6 * (0.7 * chance(i) + 0.3 * chance(i + 900)))
  return [(4 + 8 * chance(i + 3)).toFixed(1), (8 + 6 * chance(i)).toFixed(1), quality].join(',')
})

const clinic = csv('Patient ID,Age,age_years,hospital,bmi,smoker,outcome 30d', rows, (i) => {
  const age = 18 + Math.floor(78 * chance(i))
  const outcome = i % 9 === 0 ? '' : age + 30 * chance(i + 7) > 85 ? 'dead in hospital' : 'alive at discharge'
  const bmi = i % 40 === 0 ? 'n/a' : (17 + 20 * chance(i + 2)).toFixed(1)
  return [`P-${i}`, age, age, 'General', bmi, ['yes', 'no', ''][i % 3], outcome].join(',')
})

const wide = csv(['y', ...Array.from({ length: 300 }, (_, j) => `f${j}`)].join(','), 120, (i) =>
  [i % 2, ...Array.from({ length: 300 }, (_, j) => [0, '', chance(i * 300 + j).toFixed(3)][j % 3])].join(','),
)

const survey = csv('Timestamp\tHow do you feel? (1-5)\tComment\tJoined\tDiscount\tChurn', rows, (i) => {
  const { day, month, year, iso } = moment(i)
  const joined = i % 2 ? iso.slice(0, 10) : `${day}/${month}/${year}`
  const fields = [
    `${day}/${month}/${year} 14:05:09`,
    1 + (i % 5),
    `comment ${i} on things`,
    joined,
    `${Math.floor(30 * chance(i + 17))} %`,
  ]
  return [...fields, ['Yes', 'yes', 'No'][i % 3]].join('\t')
})

const leaky = csv('id,created_at,closed_at,score_v2,copy,gender,sex,amount,target', rows, (i) => {
  const target = isHigh(i) ? 1 : 0
  const score = Math.min(1, Math.max(0, (target ? 0.65 : 0.35) + 0.5 * (chance(i + 11) - 0.5))).toFixed(3)
  const sex = 'MF'[Math.floor(2 * chance(i + 13))]
  return [i + 1, moment(i).iso, moment(i + 9).iso, score, target, sex, sex, amount(i).toFixed(2), target].join(',')
})

const part = (month: number, header: string, more: (i: number) => string) =>
  gzipSync(
    csv(header, 150, (i) => {
      const weight = (30 * chance(i + month * 1000)).toFixed(1)
      const day = `2024-0${month}-${String(1 + (i % 28)).padStart(2, '0')}`
      return `P${month}-${i},${day},${weight},${Number(weight) > 20 ? 1 : i % 11 === 0 ? 1 : 0}${more(i)}`
    }),
  )

const nested = parquet(
  `SELECT i AS id, {'a': i % 3} AS nest, [i % 3, i % 5] AS items, (i * 1.37)::DECIMAL(12, 2) AS amount,
     (TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR)::TIMESTAMPTZ AS at, uuid() AS trace, (i % 7)::UTINYINT AS small,
     hash(i) % 10 < 4 AS y FROM range(${rows}) t(i)`,
)

export const uglyFiles: readonly UglyFile[] = [
  {
    what: 'a German export, with a byte-order mark and CRLF',
    files: { 'data/a.csv': `\ufeff${german.replaceAll('\n', '\r\n')}` },
    target: 'Storniert',
    says: [
      /target +Storniert +binary: nein \(\d+ %\), ja \(\d+ %\); positive is ja +sure/,
      /time +Datum +the only time in every row, as dd\.MM\.yyyy; tests on the newest: 30d +sure/,
      /id +Auftrag +unique, no nulls; the first column +check this/,
      /feature +Betrag +\d+\.?\d*–[\d,]+, as 1\.234,5 +sure/,
      /left out +PLZ +another value in nearly every row +check this/,
    ],
  },
  {
    what: 'an American spreadsheet',
    files: { 'data/a.csv': american },
    target: 'Returned?',
    says: [
      /time +Order Date +the only time in every row, as M\/d\/yyyy h:mm a; tests/,
      /feature +Amount +[\d.]+–[\d,]+, as 1,234\.5 +sure/,
      /feature +Zip +\{40 values\}, digits that are no quantity +sure/,
      /left out +column4 +no value in any row +sure/,
    ],
  },
  {
    what: 'one fraud in a thousand, with card numbers',
    files: { 'data/a.csv': fraud },
    target: 'is_fraud',
    says: [
      /binary: 0 \(99\.9 %\), 1 \(0\.1 %\); positive is 1 +sure/,
      /time +epoch +the only time in every row, as seconds since 1970/,
      /id +tx /,
      /left out +card +another value in nearly every row/,
      /! The test set holds about \d rows? of the class 1: few to judge by/,
    ],
  },
  {
    what: 'marks that are classes or numbers',
    files: { 'data/a.csv': wine },
    target: 'quality',
    says: [/target +quality +multiclass: .*; or a number: --task regression +check this/],
  },
  {
    what: 'a clinic, with gaps in what is predicted',
    files: { 'data/a.csv': clinic },
    target: 'outcome 30d',
    says: [
      /positive is dead in hospital \(the rarer\?\); \d+ rows have none and teach nothing +check this/,
      /bmi +1\d(\.\d)?–3\d(\.\d)?; 2\.5 % empty; n\/a in 15 rows read as missing +check this/,
      /feature +smoker +yes or no; 33 % empty +sure/,
      /left out +age_years +same as "Age" in every row +sure/,
      /left out +hospital +one value in all rows +sure/,
    ],
  },
  {
    what: '300 columns',
    files: { 'data/a.csv': wide },
    target: 'y',
    says: [
      /feature +… +90 more +sure/,
      /left out +… +193 more: 97 empty, 96 of one value +sure|193 more: 96 empty, 97/,
    ],
  },
  {
    what: 'a survey',
    files: { 'data/a.tsv': survey },
    target: 'Churn',
    says: [
      /time +Timestamp +the only time in every row, as dd\/MM\/yyyy HH:mm:ss/,
      /Discount +\{30 values\}: numbers with a unit, read as text: write the number alone +check this/,
      /left out +Joined +dates in several formats, read as text: write them alike +check this/,
      /! The classes \w+ and \w+ differ in case alone/,
    ],
  },
  {
    what: 'answers among the columns',
    files: { 'data/a.csv': leaky },
    target: 'target',
    exclude: ['sex'],
    says: [
      /time +created_at +by its name; closed_at could be it too; .*check this/,
      /left out +closed_at +known only after the outcome/,
      /left out +score_v2 +looks like a model’s prediction \(roc_auc 0\.\d+ on its own\) +check this/,
      /left out +copy +tells the target alone/,
      /left out +gender +same as "sex" in every row/,
    ],
  },
  {
    what: 'partitions in folders that grew a column',
    files: {
      'data/month=1/part.csv.gz': part(1, 'parcel,day,weight,late', () => ''),
      'data/month=2/part.csv.gz': part(2, 'parcel,day,weight,late,carrier', (i) => `,${'AB'[i % 2]}`),
    },
    target: 'late',
    says: [
      /time +day +the only time in every row/,
      /left out +carrier +missing in data\/month=1\/part\.csv\.gz +check this/,
      /! Folders such as month=1 are not read as columns/,
    ],
  },
  {
    what: 'Parquet with lists, objects, decimals and zones',
    files: { 'data/a.parquet': nested },
    target: 'y',
    says: [
      /time +at +the only time in every row/,
      /feature +amount +0–[\d,.]+ +sure/,
      /left out +nest +lists, objects or bytes: write their parts as columns of their own +check this/,
      /left out +trace +another value in nearly every row/,
    ],
  },
]
