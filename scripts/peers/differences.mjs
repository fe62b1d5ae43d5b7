// Where datacontract-cli 1.2.8 is known to judge otherwise, and why: by case, its verdict of a side, of one format or both.

const operators = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
]
const all = (names, words) => Object.fromEntries(names.map((name) => [name, words]))

export const differences = [
  {
    what: 'Rules that it does not check, without a word',
    why: `ODCS gives \`multipleOf\`, \`format\` and \`physicalType\` a meaning for values; its checks of files know none of them,
except that a Parquet file is cast to the physical type (see below); of UINT8 it then makes SQL that cannot run.`,
    cases: {
      ...all(
        [
          'multipleOf',
          'multipleOf of fractions',
          'format email',
          'format uuid',
          'format uri',
          'format hostname',
          'format ipv4',
          'format ipv6',
          'format byte',
          'format i8',
          'format u16',
        ],
        'breaks passes',
      ),
      'physicalType VARCHAR(3)': 'breaks passes',
      'physicalType DECIMAL(4, 2)': 'csv breaks passes',
      'physicalType UINT8': 'csv breaks passes, parquet keeps fails',
    },
  },
  {
    what: 'Rules that it names as not checked',
    why: 'The text of ODCS has the example `duplicateValues … unit: percent`: fewer than one percent of duplicates.',
    cases: all(
      operators.map((name) => `duplicateValues, ${name}, percent`),
      'keeps skips, breaks skips',
    ),
  },
  {
    what: 'Types are made to fit instead of checked',
    why: `It casts a file into the types of the contract and checks the result. 1.5 is then the integer 2; a \`number\` in Parquet
is DECIMAL(18, 3), so that 0.0999999 is 0.1 and NaN cannot be read; an \`integer\` in Parquet has 32 bits, which is what
ODCS means where no \`format\` is given and hardly anybody who leaves it out, so Plumbline reads 64 (\`format: i32\` is
checked); an offset behind a moment in CSV is dropped.`,
    cases: {
      'integer, fractions': 'breaks passes',
      'integer, written 1.0': 'csv breaks passes',
      'integer, the widest': 'parquet keeps fails',
      'minimum of fractions': 'parquet breaks passes',
      'physicalType DECIMAL(4, 2), a third digit': 'breaks passes',
      'timestamp with an offset': 'csv breaks passes',
    },
  },
  {
    what: 'How dates are spelt',
    why: 'ODCS lets `logicalTypeOptions.format` say how texts spell a date; it takes ISO 8601 alone, and in CSV what it guesses.',
    cases: { 'date in a format': 'csv breaks passes, parquet keeps fails' },
  },
  {
    what: 'NaN',
    why: `To Plumbline NaN is a missing value, as in pandas, whose files have no other: it breaks \`required\` and \`nullValues\`, and
is not too large; two of them repeat nothing. There, NaN is a number larger than all in CSV and cannot be read in
Parquet. The standard says nothing of it.`,
    cases: {
      'required, NaN': 'csv breaks passes',
      'nullValues, NaN': 'csv breaks passes',
      'unique, NaN': 'parquet keeps fails',
      'maximum, NaN': 'keeps fails',
    },
  },
  {
    what: 'What is missing',
    why: `ODCS: *a list of values that are considered to be missing*, and its example lists \`null\`; it counts null whether listed or
not. A value that stands for nothing in a column of integers is not of that type, which Plumbline then allows; there
the file cannot be read.`,
    cases: {
      'missingValues without null': 'keeps fails',
      'missingValues of integers as text': 'csv keeps fails',
    },
  },
  {
    what: 'How duplicates are counted',
    why: `Of a value that comes three times, Plumbline counts the two rows that repeat it, as the unit is \`rows\`; it counts the one
value. They differ only where a rule tolerates duplicates.`,
    cases: { 'duplicateValues, thrice': 'breaks passes' },
  },
  {
    what: 'Two rules of one metric in a column',
    why: 'Its query names both results alike and fails, whatever the data. Plumbline judges each.',
    cases: {
      'two rules of one metric': 'keeps fails',
      'two rules of one metric, the second breaks': 'keeps fails',
    },
  },
  {
    what: 'Files without rows',
    why: 'Plumbline takes a file without rows for a delivery that broke off, before any rule is judged.',
    cases: {
      'nullValues of no rows, percent': 'parquet keeps passes',
      'nullValues of no rows, at least one': 'parquet breaks fails',
      'rowCount of no rows': 'breaks fails',
    },
  },
  {
    what: 'Rules that cannot be meant',
    why: `Plumbline refuses a contract with a rule that nobody would keep, at its line, before it reads the data; there they are
skipped or read past. A text rule with a metric is a library rule to the JSON Schema of ODCS and a text to its
documentation.`,
    cases: {
      'a pattern outside of arguments': 'keeps skips, breaks skips',
      'rule instead of metric': 'keeps passes, breaks passes',
      'rowCount in a column': 'keeps skips, breaks skips',
      'a custom rule of another engine': 'keeps skips, breaks skips',
      'a text rule with a metric': 'keeps passes, breaks fails',
    },
  },
]

/** The same as a list: of `multipleOf: 'breaks passes'` the name, where (a side, or a format and a side) and its verdict. */
export function listDifferences() {
  return differences.flatMap(({ cases }) =>
    Object.entries(cases).flatMap(([name, list]) =>
      list.split(', ').map((words) => {
        const parts = words.split(' ')
        return { name, where: parts.slice(0, -1).join(' '), theirs: parts.at(-1) }
      }),
    ),
  )
}
