import { type FaultKind, type FaultSwitch, faultKinds } from '../../action/local-github/faults.ts'
import type { Call } from '../../action/local-github/name-call.ts'

/** Every kind of fault at every call of a scenario that it can befall: what a test of crashes runs one by one. */
export function eachFault(calls: readonly Call[]): readonly FaultSwitch[] {
  const seen = new Map<FaultKind, number>()
  return calls.flatMap((call) =>
    (Object.keys(faultKinds) as FaultKind[])
      .filter((kind) => faultKinds[kind].befalls(call))
      .map((kind) => {
        const at = (seen.get(kind) ?? 0) + 1
        seen.set(kind, at)
        return { kind, at }
      }),
  )
}
