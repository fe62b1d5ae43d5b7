import type { GitHubClient } from '../github/client.ts'
import { appendToLedger, type LedgerDecision } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'

/** A model's version: fixed once, before anything is published, and then for ever. */
export interface Allocation {
  readonly model: string
  /** 1, 2, 3, … of this model. */
  readonly version: number
  readonly runKey: string
  /** 40 digits; the tag will name it. */
  readonly commit: string
  readonly dataDigest: string
  /** `<model>-v<N>-g<commit8>-d<data8>` */
  readonly tag: string
}

export type WantedAllocation = Pick<Allocation, 'model' | 'runKey' | 'commit' | 'dataDigest'>

export interface Stamp {
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
}

export interface Allocated {
  readonly allocation: Allocation
  /** This call fixed it. */
  readonly isNew: boolean
}

/** The version of a run key: as the ledger has it (whatever commit is built now), else the next number. */
export function decideAllocation(records: readonly LedgerRecord[], wanted: WantedAllocation): Allocated {
  const ofModel = allocationsIn(records).filter(({ model }) => model === wanted.model)
  const known = ofModel.find(({ runKey }) => runKey === wanted.runKey)
  if (known) return { isNew: false, allocation: known }
  const { model, runKey, commit, dataDigest } = wanted
  const version = Math.max(0, ...ofModel.map((allocation) => allocation.version)) + 1
  const tag = `${model}-v${version}-g${commit.slice(0, 8)}-d${dataDigest.slice(0, 8)}`
  return { isNew: true, allocation: { model, version, runKey, commit, dataDigest, tag } }
}

/** Fixes the version of a run key in the ledger, or reads the one that was fixed before. */
export function allocate(client: GitHubClient, wanted: WantedAllocation, stamp: Stamp): Promise<Allocated> {
  return appendToLedger(client, (records): LedgerDecision<Allocated> => {
    const { isNew, allocation } = decideAllocation(records, wanted)
    if (!isNew) return { kind: 'known', value: { allocation, isNew } }
    const { model, ...body } = allocation
    return { kind: 'append', record: { kind: 'allocate', model, ...stamp, body }, value: { allocation, isNew } }
  })
}

/** Every allocation of a ledger, oldest first. */
export function allocationsIn(records: readonly LedgerRecord[]): readonly Allocation[] {
  return records.flatMap((record) => {
    if (record.kind !== 'allocate') return []
    const { version, runKey, commit, dataDigest, tag } = record.body
    const isWhole =
      typeof version === 'number' &&
      typeof runKey === 'string' &&
      typeof commit === 'string' &&
      typeof dataDigest === 'string' &&
      typeof tag === 'string'
    return isWhole ? [{ model: record.model, version, runKey, commit, dataDigest, tag }] : []
  })
}
