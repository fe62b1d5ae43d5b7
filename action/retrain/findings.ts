import type { ProposedFinding } from '../registry/record-proposed.ts'
import { causesOf, type JudgedLeaf, type JudgedTrigger } from './judge-triggers.ts'
import type { RetrainFacts } from './retrain-facts.ts'

/** What of drift or performance makes the condition fire, by the names that a proposal is remembered by. */
export function findingsIn(condition: JudgedTrigger): readonly ProposedFinding[] {
  return causesOf(condition).flatMap((cause) => findingOf(cause) ?? [])
}

/** When each of the findings that alone make it fire was first proposed, the newest last; empty where anything else does. */
export function proposedBefore(
  condition: JudgedTrigger,
  { proposedFindings }: Pick<RetrainFacts, 'proposedFindings'>,
): RetrainFacts['proposedFindings'] {
  const knownOf = (leaf: JudgedLeaf) => {
    const finding = findingOf(leaf)
    return finding && proposedFindings.find((known) => isSame(known, finding))
  }
  if (firesWithout(condition, (leaf) => knownOf(leaf) !== undefined)) return []
  const known = causesOf(condition).flatMap((cause) => knownOf(cause) ?? [])
  return known.toSorted((one, other) => (one.at < other.at ? -1 : 1))
}

function firesWithout(judged: JudgedTrigger, isOut: (leaf: JudgedLeaf) => boolean): boolean {
  if (!('of' in judged)) return judged.fires && !isOut(judged)
  return judged.kind === 'any'
    ? judged.of.some((one) => firesWithout(one, isOut))
    : judged.of.every((one) => firesWithout(one, isOut))
}

function findingOf(leaf: JudgedLeaf): ProposedFinding | undefined {
  if ((leaf.kind !== 'drift' && leaf.kind !== 'metric') || leaf.finding === null) return undefined
  const { release, until } = leaf.finding
  return { kind: leaf.kind, subject: leaf.kind === 'metric' ? leaf.metric : '', release, until }
}

function isSame(known: ProposedFinding, finding: ProposedFinding): boolean {
  return (['kind', 'subject', 'release', 'until'] as const).every((key) => known[key] === finding[key])
}
