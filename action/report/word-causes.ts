import type { CauseKind } from '../pipeline/find-cause.ts'
import type { Cause } from '../pipeline/reproduce-run.ts'
import { plainText } from './terminal.ts'

/** Said before a stage is run once more. */
export function wordAgain(stage: string): string {
  return `${stage} came out otherwise: it runs again, to tell the program from the machine`
}

const kinds: Readonly<Record<CauseKind, string>> = {
  machine: 'two runs here agree: the processor, the system or the interpreter makes the difference',
  time: 'two runs here differ from each other: it writes the time at which it runs',
  threads: 'two runs here differ from each other, and agree with one thread: sums in another order (OMP_NUM_THREADS=1)',
  'hash order':
    'two runs here differ from each other, and agree with PYTHONHASHSEED=0: the order of a set or of a dictionary’s texts',
  'each run':
    'no two runs here agree: chance without the seed, threads that no variable holds, a GPU, or what it reads from outside',
  'not looked into': 'it could not be run alone',
  plumbline: 'Plumbline makes this itself: another version of it, or of DuckDB, is at work',
}

const namesShown = 3

/** `train: model: two runs here differ from each other: it writes the time at which it runs` */
export function wordCause({ stage, outputs, kind, members }: Cause): string {
  const shown = members.slice(0, namesShown).map((name) => plainText(name))
  const more = members.length - shown.length
  const inside = shown.length === 0 ? '' : ` (in ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`
  return `${[stage, ...(outputs.length > 0 ? [outputs.join(', ')] : [])].join(' ')}${inside}: ${kinds[kind]}`
}

const remedies: Readonly<Partial<Record<CauseKind, string>>> = {
  time: 'leave the time out of what the stage writes',
  threads: 'set env: { OMP_NUM_THREADS: 1 } on the stage',
  'hash order': 'set env: { PYTHONHASHSEED: 0 } on the stage, or sort what is a set',
  'each run': 'seed every source of chance from PLUMBLINE_SEED',
}

/** What makes it come out the same; undefined where nothing is known. */
export function wordCauseRemedy({ kind }: Cause): string | undefined {
  return remedies[kind]
}
