import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { takenSections } from './read-sources.ts'

/** A table that is to be joined onto the rows. */
export interface JoinWish {
  /** As a source's name in plumbline.yaml. */
  readonly name: string
  readonly source: string
  /** The columns that name one row of it, as the rows call them; to be found where they are not given. */
  readonly on?: readonly string[]
  /** Of these, those that it calls otherwise: from its own name to the rows’. */
  readonly called?: ReadonlyMap<string, string>
}

/** The source of the rows, beside others that have names. */
export const rowsSource = 'rows'

/** `--join NAME=GLOB` and `--on NAME=COLUMN[,COLUMN]` with `COLUMN=ITS_COLUMN` where the table calls it otherwise, one of each a name. Throws `cli/bad-input`. */
export function readJoins(join: readonly string[], on: readonly string[], target: string): readonly JoinWish[] {
  const sources = readPairs('--join', join, "--join carriers='data/carriers/*.csv'")
  for (const [name] of sources) refuseName(name)
  const keys = readPairs('--on', on, '--on carriers=carrier')
  for (const [name, columns] of keys) {
    if (!sources.has(name)) throw refuseUnknown(name, [...sources.keys()])
    if (splitColumns(name, columns).some(({ ours }) => ours === target)) {
      throw refuse('--on', `${name}=${columns}`, 'other columns than the target', 'The target can play no other part.')
    }
  }
  return [...sources].map(([name, source]) => {
    const columns = keys.get(name)
    if (columns === undefined) return { name, source }
    const pairs = splitColumns(name, columns)
    const called = new Map(pairs.flatMap(({ ours, theirs }) => (ours === theirs ? [] : [[theirs, ours] as const])))
    return { name, source, on: pairs.map(({ ours }) => ours), ...(called.size > 0 && { called }) }
  })
}

function readPairs(flag: string, given: readonly string[], example: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  for (const text of given) {
    const [name, value] = [/^[^=]*/.exec(text)?.[0] ?? '', text.slice(text.indexOf('=') + 1)]
    const what = flag === '--join' ? 'NAME=GLOB' : 'NAME=COLUMN[,COLUMN]'
    if (!text.includes('=') || name === '' || value === '') throw refuse(flag, text, what, `Write ${example}`)
    if (pairs.has(name)) {
      const remedy =
        flag === '--join' ? `Name all its files by one glob: --join ${name}='{a,b}/*.csv'` : `Write --on ${name}=A,B`
      throw refuse(flag, text, `"${name}" once`, remedy)
    }
    pairs.set(name, value)
  }
  return pairs
}

function refuseName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    const near = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 40)
    const remedy = near === '' ? 'Give the source a name such as carriers.' : `Try --join ${near}=…`
    throw refuse('--join', name, 'a name of small letters, digits and -, at most 40, starting with a letter', remedy)
  }
  if (name === rowsSource) throw refuse('--join', name, 'another name', 'The rows of --data are called so.')
  if (takenSections.has(name)) {
    throw refuse('--join', name, 'another name', 'data.lock.yaml has a key of that name.')
  }
}

interface KeyColumn {
  /** As the rows call it. */
  readonly ours: string
  readonly theirs: string
}

function splitColumns(name: string, text: string): readonly KeyColumn[] {
  const columns = text.split(',').map((column): KeyColumn => {
    const at = column.indexOf('=')
    const [ours, theirs] = at < 0 ? [column, column] : [column.slice(0, at), column.slice(at + 1)]
    return { ours: ours.trim(), theirs: theirs.trim() }
  })
  const areGood = [columns.map(({ ours }) => ours), columns.map(({ theirs }) => theirs)].every((names) =>
    names.every((column, i) => column !== '' && names.indexOf(column) === i),
  )
  if (areGood) return columns
  const remedy = `Write --on ${name}=COLUMN,COLUMN, or --on ${name}=COLUMN=ITS_COLUMN where it has another name there`
  throw refuse('--on', `${name}=${text}`, 'each column once, parted by commas', remedy)
}

function refuseUnknown(name: string, known: readonly string[]): Fault {
  const near = nearestName(name, known) ?? known[0]
  const expected = known.length === 0 ? 'a --join of that name' : `one of ${known.join(', ')}`
  return refuse('--on', name, expected, near === undefined ? `Add --join ${name}=GLOB` : `Did you mean "${near}"?`)
}

function refuse(flag: string, value: string, expected: string, remedy: string): Fault {
  return new Fault('cli/bad-input', `Cannot use ${flag} "${value}": expected ${expected}`, { remedy })
}
