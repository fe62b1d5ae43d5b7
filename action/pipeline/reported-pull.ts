import type { HeadPull } from '../github/pulls.ts'
import type { TriggeredRun } from '../github/workflow-runs.ts'

/** Whose code the run is of; that of a fork and of Dependabot nobody of the repository has reviewed. */
export type Origin = 'repository' | 'fork' | 'dependabot'

/** Why a run is reported nowhere. */
export type Unreported =
  | 'no run'
  | 'goes on'
  | 'no pull request'
  | 'other workflow'
  | 'no head repository'
  | 'not found'
  | 'closed'
  | 'moved on'
  | 'several'

export interface ReportFacts {
  /** `acme/parcels` */
  readonly repository: string
  /** The workflow whose runs are reported: `.github/workflows/plumbline.yml`. */
  readonly workflow: string
  /** As GitHub attests it. */
  readonly run: TriggeredRun | undefined
  /** Those of the run's branch; undefined: not asked yet. */
  readonly pulls?: readonly HeadPull[]
}

export type ReportStep =
  | { readonly kind: 'ask pulls'; readonly owner: string; readonly branch: string }
  | { readonly kind: 'nothing'; readonly because: Unreported; readonly pull?: number }
  | { readonly kind: 'report'; readonly pull: number; readonly origin: Origin; readonly run: TriggeredRun }

/**
 * Pure: the pull request that a finished run is of, from what GitHub says alone; what the run itself says of it counts for nothing.
 * It is the one open pull request of the run's branch whose head is still the run's commit.
 */
export function reportedPull({ repository, workflow, run, pulls }: ReportFacts): ReportStep {
  const nothing = (because: Unreported, pull?: HeadPull): ReportStep => ({
    kind: 'nothing',
    because,
    ...(pull && { pull: pull.number }),
  })
  if (!run) return nothing('no run')
  if (run.event !== 'pull_request') return nothing('no pull request')
  if (run.workflow !== workflow) return nothing('other workflow')
  if (!run.isDone) return nothing('goes on')
  const { headRepository, branch } = run
  if (headRepository === undefined || branch === undefined) return nothing('no head repository')
  const [owner = ''] = headRepository.split('/')
  if (!pulls) return { kind: 'ask pulls', owner, branch }

  const own = pulls.filter((pull) => pull.headRepository === headRepository)
  const open = own.filter(({ isOpen }) => isOpen)
  const current = open.filter(({ head }) => head === run.head)
  const [pull, other] = current
  if (pull && other) return nothing('several', pull)
  if (pull) return { kind: 'report', pull: pull.number, origin: originOf(run, repository), run }
  if (open[0]) return nothing('moved on', open[0])
  return own[0] ? nothing('closed', own[0]) : nothing('not found')
}

function originOf({ headRepository, actor }: TriggeredRun, repository: string): Origin {
  if (headRepository !== repository) return 'fork'
  return actor === 'dependabot[bot]' ? 'dependabot' : 'repository'
}
