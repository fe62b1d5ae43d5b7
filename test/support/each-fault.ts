import { type FaultKind, type FaultSwitch, faultKinds } from '../../action/local-github/faults.ts'
import type { Call } from '../../action/local-github/name-call.ts'

/**
 * Every kind of fault at every call of a scenario that it can befall: what a test of crashes runs one by one. `isMeant` leaves
 * calls out, where many are of one kind.
 */
export function eachFault(
  calls: readonly Call[],
  isMeant: (call: Call, index: number) => boolean = () => true,
): readonly FaultSwitch[] {
  const seen = new Map<FaultKind, number>()
  return calls.flatMap((call, index) =>
    (Object.keys(faultKinds) as FaultKind[])
      .filter((kind) => faultKinds[kind].befalls(call))
      .map((kind) => {
        const at = (seen.get(kind) ?? 0) + 1
        seen.set(kind, at)
        return { kind, at }
      })
      .filter(() => isMeant(call, index)),
  )
}
