import type { BranchRules, Rulesets } from '../github/settings/branch-settings.ts'
import type { KnownEnvironment, KnownLabel } from '../github/settings/environment-settings.ts'
import type { ActionsPolicy, RepositoryFacts, WorkflowDefaults } from '../github/settings/repository-settings.ts'
import type { Seen } from '../github/settings/seen.ts'
import type { KnownWorkflow, MeasuredRun } from '../github/settings/workflow-settings.ts'
import type { TokenMode } from '../github/token-mode.ts'
import type { CostPolicy } from '../project/project.ts'
import type { WorkflowFile } from '../project/workflow-file.ts'

/** All that the checks judge; nothing else reaches them. */
export interface Observed {
  readonly now: Date
  readonly repository: RepositoryFacts
  readonly token: TokenMode
  readonly actions: Seen<ActionsPolicy>
  readonly defaults: Seen<WorkflowDefaults>
  readonly rulesets: Seen<Rulesets>
  /** Of the default branch, then of those that Plumbline writes. */
  readonly branchRules: Seen<readonly BranchRules[]>
  readonly immutableReleases: Seen<boolean>
  /** As the default branch has them. */
  readonly workflows: Seen<readonly KnownWorkflow[]>
  /** What runs took, by the path of each workflow with a schedule. */
  readonly measured: Readonly<Record<string, Seen<readonly MeasuredRun[]>>>
  readonly environments: Seen<readonly KnownEnvironment[]>
  readonly labels: Seen<readonly KnownLabel[]>
  readonly secrets: Seen<readonly string[]>
  /** As they lie in the working copy. */
  readonly files: readonly WorkflowFile[]
  /** Command → what its job's token must be allowed. */
  readonly needs: Readonly<Record<string, Readonly<Record<string, 'read' | 'write'>>>>
  /** The labels that the settings' file asks for. */
  readonly wantedLabels: readonly string[]
  readonly project: ObservedProject | undefined
}

/** What the checks need of `plumbline.yaml`. */
export interface ObservedProject {
  readonly model: string
  /** Variables that stages, hooks and sources get as secrets. */
  readonly secrets: readonly string[]
  readonly prices: Pick<CostPolicy, 'currency' | 'perMinute'>
  readonly store: ObservedStore
}

export interface ObservedStore {
  /** `git`, `file`, `s3`, `releases` */
  readonly kind: string
  readonly probe:
    | { readonly kind: 'no lock' }
    | { readonly kind: 'answered'; readonly pinned: number; readonly held: number }
    | { readonly kind: 'failed'; readonly message: string; readonly remedy: string }
    | { readonly kind: 'timed out'; readonly afterMs: number }
  /** Whether the working copy lacks history. */
  readonly isShallow: boolean
}

/** The branches that Plumbline writes, with `<model>` and an environment as examples. */
export function ownBranches(model: string | undefined): readonly string[] {
  return ['plumbline/ledger', `plumbline/retrain/${model ?? 'model'}`, 'plumbline/deploy/production']
}
