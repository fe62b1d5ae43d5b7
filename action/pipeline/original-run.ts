import { Fault } from '../base/fault.ts'
import type { Members } from './list-members.ts'
import type { KnownRun } from './merge-runs.ts'
import type { RunRecord } from './run-record.ts'

/** A run that is to be rebuilt, as far as it says what it was made of. */
export interface OriginalRun {
  /** The release's tag; null where it was not released. */
  readonly tag: string | null
  readonly record: RunRecord
  /** 40 digits, of the commit that holds its code. */
  readonly commit: string
  /** `data.lock.yaml` as it was published. */
  readonly lockText?: string
  /** The files inside a stage's model as it was, where they are at hand: for saying which one differs. */
  readonly membersOf: (stage: string) => Promise<Members | undefined>
}

/** Pure: the execution of a run that was not released which can be rebuilt. Faults where there is none. */
export function rebuildable({
  executions,
  runKey,
}: KnownRun): RunRecord & { readonly code: { readonly commit: string } } {
  const finished = executions.filter(({ outcome }) => outcome === 'passed' || outcome === 'refused')
  const [first] = finished
  if (!first) {
    throw new Fault(
      'reproduce/not-finished',
      `Cannot reproduce run ${runKey.slice(0, 8)}: it ${executions[0].outcome === 'failed' ? 'failed' : 'did not end'}; expected one that was judged`,
      { remedy: 'Run it to its end first: plumbline run' },
    )
  }
  if (first.sample) throw cannot(runKey, 'it is of a sample of the rows', 'Run it on all rows: plumbline run')
  const clean = finished.find(({ code }) => code.commit !== null && code.uncommitted === 0)
  if (clean?.code.commit) return { ...clean, code: { ...clean.code, commit: clean.code.commit } }
  const { commit, uncommitted } = first.code
  const state = commit === null ? 'nothing was committed' : `${uncommitted} files were not committed`
  throw cannot(runKey, `${state} when it ran`, 'Commit, and run again: plumbline run')
}

function cannot(runKey: string, state: string, remedy: string): Fault {
  return new Fault(
    'reproduce/uncommitted',
    `Cannot reproduce run ${runKey.slice(0, 8)}: ${state}; expected a run of a commit, which can be brought back`,
    { remedy },
  )
}
