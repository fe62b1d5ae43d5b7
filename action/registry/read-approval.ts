import { Fault } from '../base/fault.ts'
import { isRecord } from '../base/is-record.ts'
import type { GitHubClient } from '../github/client.ts'
import { mergedPullsOf, readMerge } from '../github/pulls.ts'
import { type Approver, approversOf, listReviews } from '../github/reviews.ts'
import type { JsonObject } from './ledger-record.ts'

/** Who let something in. `none`: it came by no pull request that was merged. */
export type Approval =
  | {
      readonly kind: 'merged'
      readonly by: string
      readonly at: string
      readonly pull: number
      readonly url: string
      /** Who approved the head that was merged, before it was. */
      readonly approvers: readonly Approver[]
    }
  | { readonly kind: 'none' | 'cannot see' | 'not asked' }

/** What is to be known of: the pull request that brought a commit, else the one that is named. */
export interface LetIn {
  readonly commit: string | null
  readonly pull: number | null
}

/** Who merged it and who approved what was merged, in three calls at the most; a token that may not see it is told as that. */
export async function readApproval(
  client: GitHubClient,
  { commit, pull }: LetIn,
  approvalOf: (pull: number) => Promise<Approval> = (number) => approvalOfPull(client, number),
): Promise<Approval> {
  try {
    const [ofCommit] = commit === null ? [] : await mergedPullsOf(client, commit)
    const number = ofCommit ?? pull
    return number === null ? { kind: 'none' } : await approvalOf(number)
  } catch (error) {
    if (error instanceof Fault && error.code === 'github/forbidden') return { kind: 'cannot see' }
    throw error
  }
}

/** The same of one pull request. Fault: `github/forbidden` where the token may not see pull requests. */
export async function approvalOfPull(client: GitHubClient, pull: number): Promise<Approval> {
  const merge = await readMerge(client, pull)
  if (!merge) return { kind: 'none' }
  const { number, by, at, url, head } = merge
  const approvers = approversOf(await listReviews(client, pull), head, at)
  return { kind: 'merged', by, at, url, pull: number, approvers }
}

/** As a record keeps it; undefined where there is nothing that was seen. */
export function approvalBody(approval: Approval): JsonObject | undefined {
  if (approval.kind === 'none') return { kind: 'none' }
  if (approval.kind !== 'merged') return undefined
  const { kind, by, at, pull, url, approvers } = approval
  return { kind, by, at, pull, url, approvers: approvers.map((one) => ({ by: one.by, at: one.at })) }
}

/** From a record, of which nobody vouches for the shape; undefined where it tells none, as those of before. */
export function readApprovalBody(value: unknown): Approval | undefined {
  if (!isRecord(value)) return undefined
  const { kind, by, at, pull, url, approvers } = value
  if (kind === 'none') return { kind }
  if (kind !== 'merged' || typeof pull !== 'number' || !Array.isArray(approvers)) return undefined
  if (typeof by !== 'string' || typeof at !== 'string' || typeof url !== 'string') return undefined
  const named = approvers.flatMap((one: unknown) =>
    isRecord(one) && typeof one['by'] === 'string' && typeof one['at'] === 'string'
      ? [{ by: one['by'], at: one['at'] }]
      : [],
  )
  return { kind, by, at, pull, url, approvers: named }
}
