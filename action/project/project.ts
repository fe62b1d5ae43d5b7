import type { Condition } from './condition.ts'
import type { DriftPolicy } from './drift-policy.ts'
import type { SourcePlace } from './source-place.ts'

export const tasks = ['binary', 'multiclass', 'regression'] as const
export type Task = (typeof tasks)[number]
export type ParamValue = string | number | boolean

/** `plumbline.yaml`, read and filled in with its defaults. */
export interface Project {
  /** The folder that holds `plumbline.yaml`, absolute; every path below is relative to it, with `/`. */
  readonly folder: string
  /** `plumbline.yaml`, as diagnostics name it. */
  readonly file: string
  readonly model: ModelPolicy
  readonly params: Readonly<Record<string, ParamValue>>
  readonly data: DataPolicy
  readonly split: SplitPolicy
  readonly environment: EnvironmentPolicy
  /** The SELECT over `data` that makes the features. */
  readonly features: FeaturesStage
  /** The user's stages in the order in which they can run: `train` and `predict` are always among them. */
  readonly stages: readonly ProgramStage[]
  /** Of the user's own, beside those of `metricsOfTask()`. */
  readonly metrics: readonly SqlMetric[]
  readonly gates: readonly Gate[]
  readonly drift: DriftPolicy
  readonly retrain: RetrainPolicy
  readonly hooks: readonly Hook[]
  readonly smoke: SmokePolicy
  readonly keep: KeepPolicy
  readonly cost: CostPolicy
  /** None: nobody is told. */
  readonly mlflow?: MlflowPolicy
  readonly privacy: PrivacyPolicy
}

export interface ModelPolicy {
  /** `[a-z][a-z0-9-]{0,39}` */
  readonly name: string
  readonly task: Task
  /** The column to be predicted. */
  readonly target: string
  /** The class whose probability is judged, as text; only for `binary`. */
  readonly positive?: string
  readonly time?: string
  /** Without one, rows are named by their file's digest and their number. */
  readonly id?: string
  /** Rows of one value never straddle the split. */
  readonly group?: string
  readonly ignore: readonly string[]
  /** It may be saved as what can run code when it is loaded, or as what nobody knows. */
  readonly allowsUnsafeFormat?: boolean
}

export type StorePolicy =
  | { readonly kind: 'git' }
  | { readonly kind: 'file'; readonly path: string }
  /** Objects `<prefix><2 digits>/<sha256>`; the prefix is empty or ends in `/`. */
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }
  /** Packs of files as assets of this repository's releases. */
  | { readonly kind: 'releases' }

export interface DataPolicy {
  /** The tables: first the one whose rows are predicted, then those that are joined onto it. */
  readonly sources: readonly [SourcePolicy, ...SourcePolicy[]]
  /** Where labels arrive apart from the features: files with the id and the target. */
  readonly labels?: LabelPolicy
  readonly store: StorePolicy
  /** Of the first source. */
  readonly contract: string
  /** What CSV files are in that no byte-order mark speaks for; without it, UTF-8. */
  readonly encoding?: DeclaredEncoding
}

/** What `data.encoding` may say besides UTF-8. */
export type DeclaredEncoding = 'latin-1' | 'windows-1252'

/** One table: where its files come from, what they promise, and how they are joined. */
export interface SourcePolicy {
  /** Its section in the lock: `features` where `data.source` names none. */
  readonly name: string
  readonly places: readonly SourcePlace[]
  /** Where what is fetched is kept, relative to the model’s folder. */
  readonly into: string
  /** What the bytes of its one remote file must be. */
  readonly sha256?: string
  readonly contract: string
  /** Columns that the first source holds too; empty for the first. */
  readonly on: readonly string[]
  /** Of a program’s environment. */
  readonly env: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly timeoutMs?: number
  /** 1-based line in `plumbline.yaml`. */
  readonly line: number
}

export interface LabelPolicy {
  readonly source: readonly string[]
  readonly delayMs: number
  /** 0-1: days of which a smaller share of the rows has its label are left out. */
  readonly coverage?: number
}

/** How large the test set is. Durations reach back from the snapshot's `until`. */
export type TestSize =
  | { readonly kind: 'duration'; readonly durationMs: number }
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'from'; readonly value: string }

export interface SplitPolicy {
  /** Rows older than this are left out. */
  readonly windowMs?: number
  readonly test: TestSize
  /** Between training and test, so that late information does not leak. */
  readonly gapMs: number
  /** A second fit on the whole window after the gates pass. */
  readonly refit: boolean
  /** 1-based line of the `split:` section, 1 where it is left to the defaults. */
  readonly line: number
}

export interface EnvironmentPolicy {
  /** A hashed requirements file. */
  readonly python?: string
  /** The interpreter that must run it, such as `3.12`. */
  readonly pythonVersion?: string
  /** Shell commands that fill a folder with what stages need; empty for none. */
  readonly setup: readonly string[]
  /** Files that those commands read. */
  readonly lock: readonly string[]
  /** 0 … 4,294,967,295 */
  readonly seed: number
}

export interface FeaturesStage {
  readonly sql: string
  /** The contract that the features keep before any later stage runs. */
  readonly contract?: string
}

export type OutputKind = 'dataset' | 'model' | 'metrics' | 'file'

export interface StageOutput {
  /** Inside the stage's folder; a trailing `/` means a folder. */
  readonly path: string
  readonly kind: OutputKind
}

/** When a stage whose program failed is run again. */
export interface RetryPolicy {
  /** Executions in all, the first included. */
  readonly attempts: number
  /** The longest wait before the second attempt; each later one is `factor` times as long. */
  readonly backoffMs: number
  readonly factor: number
  /** Exit codes that are worth another attempt; none named: every one. */
  readonly codes?: readonly number[]
}

export interface ProgramStage {
  readonly name: string
  readonly needs: readonly string[]
  /** Without one, the stage always runs. */
  readonly condition?: Condition
  /** What stands in where the stage fails, and whether its model may then be released. */
  readonly fallback?: { readonly stage: string; readonly register: boolean }
  readonly run: string
  readonly out: Readonly<Record<string, StageOutput>>
  /** The contract that its only dataset keeps before any later stage runs. */
  readonly contract?: string
  /** Globs of the files that the stage may read; none: the default set. */
  readonly reads?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Names in the caller's environment that the stage may see. */
  readonly secrets: readonly string[]
  /** Of one attempt. */
  readonly timeoutMs?: number
  readonly resources?: ResourceLimits
  /** Labels of the runner that it wants. */
  readonly runner?: readonly string[]
  /** Without one, a stage is run once. */
  readonly retry?: RetryPolicy
  /** How often its checkpoint is sent on, in a workflow. */
  readonly checkpointEveryMs?: number
  /** `image@sha256:…`: what its program runs in, instead of the project's environment. */
  readonly container?: string
  /** 1-based line of the stage in `plumbline.yaml`. */
  readonly line: number
}

/** A program at the end of a run: a stage without inputs and outputs. */
export interface Hook extends ProgramStage {
  readonly name: HookName
}

export const hookNames = ['on-failure', 'always'] as const
export type HookName = (typeof hookNames)[number]

/** What a stage's program may take; what is absent is unlimited. */
export interface ResourceLimits {
  readonly memoryBytes?: number
  /** Processors. */
  readonly cpu?: number
  readonly diskBytes?: number
}

/** A metric of the user's: one aggregate of SQL over labelled rows, such as `avg(case when prediction = class then 1 else -2 end)`. */
export interface SqlMetric {
  /** `[a-z][a-z0-9_-]{0,39}`, and no name of `metricsOfTask()`. */
  readonly name: string
  readonly expression: string
  readonly better: 'higher' | 'lower'
  /** Where it is written; none: in a flag. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number }
}

/** A bound on a metric, over all test rows or over each slice: `min`, `max` or both. */
export interface Gate {
  readonly name: string
  readonly metric: string
  readonly min?: number
  readonly max?: number
  /** Columns whose values make the slices; none: all rows together. */
  readonly by: readonly string[]
  /** Fewer test rows are `insufficient data`; so is a slice of fewer, which is shown and decides nothing. */
  readonly minRows: number
  readonly line: number
}

/** When a retrained model is proposed. */
export interface RetrainPolicy {
  readonly when: RetrainCondition
  readonly limits: RetrainLimits
}

export const durationTriggers = ['every', 'age', 'freshness'] as const

/** One thing that speaks for retraining, or several of which all or one must. */
export type RetrainTrigger =
  | { readonly kind: (typeof durationTriggers)[number]; readonly limitMs: number }
  | { readonly kind: 'new-rows'; readonly rows: number }
  /** The rule over windows confirmed drift. */
  | { readonly kind: 'drift' }
  /** A realised metric is worse than at the release by `drop`, in its own unit, over so long a time of predictions. */
  | { readonly kind: 'metric'; readonly metric: string; readonly drop: number; readonly overMs: number }

export type RetrainCondition =
  | RetrainTrigger
  | { readonly kind: 'any' | 'all'; readonly of: readonly RetrainCondition[] }

export interface RetrainLimits {
  /** Of a calendar month in UTC; none: not limited. */
  readonly runsPerMonth?: number
  /** After a proposal or a release. */
  readonly coolDownMs: number
  /** How much newer data must be than an open proposal's. */
  readonly refreshMs: number
  /** 0-1 of the rows that would be learned. */
  readonly minNewShare: number
}

/** What a model is asked about before it is judged and before it is released. */
export const smokeKinds = ['nulls', 'unseen', 'extremes', 'empty'] as const
export type SmokeKind = (typeof smokeKinds)[number]

export interface SmokePolicy {
  /** What this model cannot take and is not asked about. */
  readonly skip: readonly SmokeKind[]
}

export interface KeepPolicy {
  /** Releases of the model that `registry clean` leaves, newest first. */
  readonly releases: number
  /** Snapshots in the history of the current branch whose bytes stay in the store. */
  readonly data: number
  /** What `cache gc` leaves of results, checkpoints and environments. */
  readonly cacheBytes: number
}

export interface CostPolicy {
  /** Three letters, such as `USD`. */
  readonly currency: string
  /** Runner label → price of a minute; `default` of other hosted runners, `local` of a terminal. */
  readonly perMinute: Readonly<Record<string, number>>
  /** None: nothing is limited. */
  readonly budget?: BudgetPolicy
}

/** Of a calendar month, in UTC. */
export interface BudgetPolicy {
  /** Workflow runs that fit the model. */
  readonly runs?: number
  /** Billed minutes of workflows. */
  readonly minutes?: number
}

/** An MLflow server that is told of runs and releases. */
export interface MlflowPolicy {
  /** Without a slash at its end. */
  readonly url: string
  readonly experiment: string
  /** Name of a variable: a token, or `user:password`. */
  readonly token?: string
  /** Alias there of the newest release. */
  readonly alias: string
}

export interface PrivacyPolicy {
  /** Everybody may have the data, its failing rows and the predictions, also where the repository is public. */
  readonly isPublic: boolean
  /** Values seen fewer times are pooled wherever values are shown. */
  readonly minCount: number
}
