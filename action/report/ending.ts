import type { Diagnostic } from '../base/diagnostic.ts'
import type { Fault } from '../base/fault.ts'
import type { Traffic } from '../github/watch.ts'
import type { Report } from './report.ts'

/** How a command ended, as a door shows it. */
export type Ending = HowItEnded & {
  /** What it asked of GitHub, where it asked anything. */
  readonly github?: Traffic
}

type HowItEnded =
  | {
      readonly kind: 'done' | 'no'
      readonly result: unknown
      readonly report: Report
      /** What goes on after this was told. */
      readonly stay?: () => Promise<void>
    }
  | {
      readonly kind: 'diagnosed'
      readonly diagnostics: readonly Diagnostic[]
      readonly result?: unknown
      readonly report?: Report
    }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** 0 done · 1 the user's to mend · 2 a verdict says no · 3 remote · 70 a bug · 130 interrupted. */
export function exitCodeOf(ending: Ending): number {
  switch (ending.kind) {
    case 'done':
      return 0
    case 'no':
      return 2
    case 'diagnosed':
      return 1
    case 'fault':
      return ending.fault.code === 'interrupted' ? 130 : { user: 1, remote: 3, bug: 70 }[ending.fault.owner]
  }
}
