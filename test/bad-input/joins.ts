import { type BadInput, refused, works } from './bad-input.ts'
import { csv } from './contents.ts'

const rows = csv('parcel,carrier,zone,weight,late', 120, (i) =>
  [`P${i}`, 'ABCD'[i % 4], `z${i % 3}`, (i * 7) % 31, i % 3 === 0 ? 1 : 0].join(','),
)
const carriers = 'carrier,speed\nA,50\nB,60\nC,70\nD,80\n'
const join = ['carriers=carriers.csv']

function joining(
  text: string,
  inputs: BadInput['inputs'] = { join },
): Pick<BadInput, 'command' | 'files' | 'inputs' | 'source'> {
  return { command: 'init', files: { 'rows.csv': rows, 'carriers.csv': text }, inputs, source: 'rows.csv' }
}

/** Tables that are to be joined onto the rows and cannot be, or only as another way than was meant. */
export const badJoins: readonly BadInput[] = [
  {
    what: 'a join without a name',
    ...joining(carriers, { join: ['carriers.csv'] }),
    ...refused('cli/bad-input', undefined, /--join "carriers.csv": expected NAME=GLOB/, /Write --join carriers=/),
  },
  {
    what: 'a join whose name is none',
    ...joining(carriers, { join: ['Air Carriers=carriers.csv'] }),
    ...refused('cli/bad-input', undefined, /"Air Carriers": expected a name of small letters/, /--join air-carriers=/),
  },
  {
    what: 'a join called as a key of the lock',
    ...joining(carriers, { join: ['labels=carriers.csv'] }),
    ...refused('cli/bad-input', undefined, /"labels": expected another name/, /data\.lock\.yaml/),
  },
  {
    what: 'a join called as the rows',
    ...joining(carriers, { join: ['rows=carriers.csv'] }),
    ...refused('cli/bad-input', undefined, /"rows": expected another name/, /rows of --data/),
  },
  {
    what: 'one name for two joins',
    ...joining(carriers, { join: ['carriers=carriers.csv', 'carriers=more.csv'] }),
    ...refused('cli/bad-input', undefined, /expected "carriers" once/, /one glob/),
  },
  {
    what: 'a key for a join that is not there',
    ...joining(carriers, { join, on: ['carrier=carrier'] }),
    ...refused('cli/bad-input', undefined, /--on "carrier": expected one of carriers/, /mean "carriers"/),
  },
  {
    what: 'the target as a key',
    ...joining(carriers, { join, on: ['carriers=late'] }),
    ...refused('cli/bad-input', undefined, /other columns than the target/, /no other part/),
  },
  {
    what: 'a key that the rows lack',
    ...joining(carriers, { join, on: ['carriers=carier'] }),
    ...refused('init/unknown-column', undefined, /the rows have no such column/, /mean "carrier"/),
  },
  {
    what: 'a key that the joined table lacks',
    ...joining(carriers, { join, on: ['carriers=zone'] }),
    ...refused('init/unknown-column', undefined, /on "zone": it has no such column/, /both tables have/),
  },
  {
    what: 'a joined file that is not there',
    ...joining(carriers, { join: ['carriers=carrier.csv'] }),
    ...refused('data/no-files', undefined, /no file matches/, /mean "carriers.csv"/),
  },
  {
    what: 'an empty joined file',
    ...joining(''),
    ...refused('data/empty-file', 'carriers.csv:1', /it is empty/, /Mend the file/),
  },
  {
    what: 'a joined table of no column that the rows have',
    ...joining('code,speed\nA,50\n'),
    ...refused(
      'init/cannot-join',
      undefined,
      /share no column with it that could be its key \(it has code, speed\)/,
      /one name in both/,
    ),
  },
  {
    what: 'a joined table that shares the target alone',
    ...joining('late,speed\n0,50\n1,60\n'),
    ...refused('init/cannot-join', undefined, /that could be its key \(it has late, speed\)/, /one name in both/),
  },
  {
    what: 'a joined table whose key repeats',
    ...joining(`${carriers}A,55\nA,56\nB,61\n`),
    ...refused('init/cannot-join', undefined, /carrier \(2 of its values repeat\)/, /--on carriers=COLUMN,COLUMN/),
  },
  {
    what: 'a given key that repeats',
    ...joining(`${carriers}A,55\nA,56\nB,61\n`, { join, on: ['carriers=carrier'] }),
    ...refused('init/cannot-join', undefined, /2 keys stand in several rows \(5 of 7 rows\)/, /one more column/),
  },
  {
    what: 'a joined table in which few rows find a partner',
    ...joining('carrier,speed\nA,50\nX,60\n'),
    ...refused('init/cannot-join', undefined, /carrier \(25 % of the rows find theirs\)/, /--on carriers=/),
  },
  {
    what: 'a given key that few rows find',
    ...joining('carrier,speed\nA,50\nB,60\n', { join, on: ['carriers=carrier'] }),
    ...works(/joined +carriers +2 rows of carriers\.csv, by carrier; 50 % of rows find one +check this/),
  },
  {
    what: 'a given key that no row finds',
    ...joining('carrier,speed\na,50\nb,60\n', { join, on: ['carriers=carrier'] }),
    ...refused('init/cannot-join', undefined, /no row finds a partner/, /alike in both files/),
  },
  {
    what: 'a joined table with rows without a key',
    ...joining(`${carriers},90\n,95\n`),
    ...works(/joined +carriers +6 rows of carriers\.csv, by carrier; 100 % of rows find one +sure/),
  },
  {
    what: 'a key in another case',
    ...joining(carriers.replace('carrier', 'Carrier')),
    ...works(/joined +carriers .*, by carrier; 100 % of rows find one +sure/),
  },
  {
    what: 'a column of both tables',
    ...joining('carrier,Weight\nA,50\nB,60\nC,70\nD,80\n'),
    ...works(/feature +carriers_Weight +50–80/),
  },
]
