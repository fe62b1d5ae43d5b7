import { type BadInput, refused, works } from './bad-input.ts'
import { csv, learnable, only } from './contents.ts'

/** Names that SQL, YAML, a terminal or a person would misread. */
export const oddNames: readonly BadInput[] = [
  {
    what: 'a column named twice',
    command: 'init',
    files: only('a,a,late\n1,2,0\n'),
    ...refused('data/duplicate-column', 'data/a.csv:1', /"a" twice/, /./),
  },
  {
    what: 'names that differ in case alone',
    command: 'init',
    files: only('a,A,late\n1,2,0\n'),
    ...refused('data/duplicate-column', 'data/a.csv:1', /differ in case alone/, /./),
  },
  {
    what: 'names that differ in Unicode form alone',
    command: 'init',
    files: only(`caf\u00e9,cafe\u0301,late\n${'1,2,0\n2,3,1\n'.repeat(20)}`),
    ...refused('data/duplicate-column', 'data/a.csv:1', /look the same/, /Mend the file/),
  },
  {
    what: 'empty column names',
    command: 'init',
    files: only(csv(',a,late', 60, (i) => `${i},${(i * 7) % 11},${i % 2}`)),
    ...works(/column0/),
  },
  {
    what: 'an empty name beside column0',
    command: 'init',
    files: only(csv(',column0,late', 60, (i) => `${i},${(i * 7) % 11},${i % 2}`)),
    ...refused('data/duplicate-column', 'data/a.csv:1', /"column0" twice/, /./),
  },
  { what: 'a name with a newline', command: 'init', files: only(learnable('"two\nlines"')), ...works(/two lines/) },
  { what: 'a name of 300 characters', command: 'init', files: only(learnable('n'.repeat(300))), ...works(/n…/) },
  { what: 'an emoji as name', command: 'init', files: only(learnable('📦👩‍👩‍👧')), ...works(/📦/u) },
  { what: 'a name from right to left', command: 'init', files: only(learnable('مسافة\u202e')), ...works(/مسافة/) },
  {
    what: 'SQL as name',
    command: 'init',
    files: only(learnable('"x""; DROP TABLE source; --"')),
    ...works(/DROP TABLE/),
  },
  {
    what: 'a name with terminal commands',
    command: 'init',
    files: only(learnable('\u001b[31mred\u001b]0;t\u0007')),
    ...works(/red/),
  },
  { what: '`_row` as name', command: 'init', files: only(learnable('_row')), ...works(/_row/) },
  {
    what: '`_file` and `_number` as names',
    command: 'init',
    files: only(csv('_file,_number,late', 60, (i) => `${i % 7},${i % 5},${i % 2}`)),
    ...works(/_file/),
  },
  {
    what: 'numbers for names: no header',
    command: 'init',
    files: only(learnable('1', 60).replace('1,late\n', '')),
    ...refused('init/unknown-column', undefined, /"late"/, /header/),
  },
]
