import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { KnownRun } from './merge-runs.ts'

const shownAtMost = 5

/**
 * The run that a text means: `latest`, a tag, `<model>-v<N>`, or at least 4 digits of its run key. `runs` are newest first.
 * Faults: `runs/unknown` with the nearest name, `runs/ambiguous` with the candidates.
 */
export function findRun(runs: readonly KnownRun[], text: string): KnownRun {
  if (text === 'latest' && runs[0]) return runs[0]
  const named = runs.find((run) => namesOf(run).includes(text))
  if (named) return named
  const [first, ...others] = /^[0-9a-f]{4,64}$/.test(text) ? runs.filter(({ runKey }) => runKey.startsWith(text)) : []
  if (first === undefined) throw unknown(runs, text)
  if (others.length === 0) return first
  const candidates = [first, ...others].slice(0, shownAtMost).map(wordCandidate)
  const more = others.length + 1 - candidates.length
  throw new Fault(
    'runs/ambiguous',
    `Cannot choose run "${text}": ${others.length + 1} run keys begin with it; expected one\n${candidates.join('\n')}${more > 0 ? `\n  and ${more} more` : ''}`,
    { remedy: 'Give more digits.' },
  )
}

/** The newest run and the one before it: what is compared where nobody says what. */
export function twoNewest(runs: readonly KnownRun[]): readonly [older: KnownRun, newer: KnownRun] {
  const [newer, older] = runs
  if (newer && older) return [older, newer]
  throw new Fault(
    'runs/unknown',
    `Cannot compare the newest run with the one before: ${newer ? 'there is one run alone' : 'there is no run'}; expected two of different run keys`,
    { remedy: 'Change the code, the data or a setting, and run: plumbline run' },
  )
}

function unknown(runs: readonly KnownRun[], text: string): Fault {
  const newest = runs.slice(0, 3).map(({ runKey, release }) => release?.tag ?? runKey.slice(0, 8))
  const names = runs.flatMap((run) => [...namesOf(run), run.runKey.slice(0, 8)])
  // Of equally near names the last is taken: the newest run's.
  const meant = nearestName(text, ['latest', ...names.reverse()])
  const remedy =
    runs.length === 0
      ? 'Nothing ran yet: plumbline run'
      : meant === undefined
        ? `The newest are: ${newest.join(', ')}. See plumbline runs list`
        : `Did you mean "${meant}"?`
  return new Fault(
    'runs/unknown',
    `Cannot find run "${text}": no run here or in the ledger is called so; expected latest, a tag, or at least 4 digits of a run key`,
    { remedy },
  )
}

function namesOf({ release, model }: KnownRun): readonly string[] {
  return release === null ? [] : [release.tag, `${model}-v${release.version}`]
}

function wordCandidate({ runKey, executions: [newest], release }: KnownRun): string {
  return `  ${runKey.slice(0, 12)}  ${newest.startedAt.slice(0, 16).replace('T', ' ')}  ${release?.tag ?? newest.outcome}`
}
