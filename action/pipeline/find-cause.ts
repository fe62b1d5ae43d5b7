export type CauseKind =
  /** Two runs here agree: the machine, the system or the interpreter made the difference. */
  | 'machine'
  /** It writes the time at which it runs. */
  | 'time'
  /** With one thread, two runs agree. */
  | 'threads'
  /** With a fixed seed of Python's hashes, two runs agree. */
  | 'hash order'
  /** No two runs agree, whatever was held still. */
  | 'each run'
  /** Not run again: it takes too long. */
  | 'not looked into'
  /** The stage is Plumbline's own. */
  | 'plumbline'

/** What one more run of a stage came to. */
export interface Tried {
  /** Output → SHA-256. */
  readonly outputs: Readonly<Record<string, string>>
  /** Whether an output holds the moment at which it was made. */
  readonly holdsTime: boolean
}

export interface Trials {
  readonly first: Tried
  /** Runs the stage once more, with variables besides; undefined where it failed this time. */
  readonly again: (variables: Readonly<Record<string, string>>) => Promise<Tried | undefined>
  /** Whether it may be run several times more. */
  readonly isQuick: boolean
}

const oneThread = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  NUMEXPR_NUM_THREADS: '1',
  VECLIB_MAXIMUM_THREADS: '1',
  RAYON_NUM_THREADS: '1',
} as const

/** Python's sets and dictionaries of texts come in another order in each process, unless this is set. */
const fixedHashes = { PYTHONHASHSEED: '0' } as const

/** Runs a stage that came out otherwise a few times more, and tells by what is held still what made the difference. */
export async function findCause({ first, again, isQuick }: Trials): Promise<CauseKind> {
  const second = await again({})
  if (second && isSame(first, second)) return 'machine'
  if (first.holdsTime && second?.holdsTime) return 'time'
  if (!isQuick) return 'each run'
  if (await agree(again, oneThread)) return 'threads'
  return (await agree(again, fixedHashes)) ? 'hash order' : 'each run'
}

async function agree(again: Trials['again'], variables: Readonly<Record<string, string>>): Promise<boolean> {
  const [one, other] = [await again(variables), await again(variables)]
  return one !== undefined && other !== undefined && isSame(one, other)
}

function isSame(one: Tried, other: Tried): boolean {
  const names = Object.keys(one.outputs)
  return (
    names.length === Object.keys(other.outputs).length &&
    names.every((name) => one.outputs[name] === other.outputs[name])
  )
}

/** Pure: whether a text holds a moment between two, as seconds or milliseconds since 1970 or as ISO 8601 in UTC. */
export function holdsMoment(text: string, from: Date, to: Date): boolean {
  const isBetween = (ms: number) => ms >= from.getTime() - 1000 && ms <= to.getTime() + 1000
  for (const [number] of text.matchAll(/(?<!\d)\d{10}(?:\d{3})?(?!\d)/g)) {
    if (isBetween(number.length === 10 ? Number(number) * 1000 : Number(number))) return true
  }
  for (const [moment] of text.matchAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?/g)) {
    if (isBetween(Date.parse(`${moment.replace(' ', 'T').slice(0, 23)}Z`))) return true
  }
  return false
}
