import type { GateVerdict } from '../evaluation/judge-gates.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import type { ParamValue } from '../project/project.ts'

/** Why and by whom a run was started. */
export interface Trigger {
  readonly kind: 'commit' | 'schedule' | 'new data' | 'drift' | 'performance' | 'manual'
  readonly actor: string
  readonly reason: string
}

export interface StageRecord {
  readonly name: string
  /** Declared: what git and the lock say of it. The same on every machine. */
  readonly key: string
  /** Declared and observed (interpreter, system): names the result's folder. */
  readonly cacheKey: string
  /** `skipped`: its `if:` was false. */
  readonly outcome: 'done' | 'cached' | 'failed' | 'skipped'
  /** When the result was made, ISO 8601; of a cached one, then. */
  readonly startedAt: string
  readonly seconds: number
  /** One line for people: `37,830 rows`. */
  readonly detail: string
  /** Output name → SHA-256: of a file's bytes; of a folder, of its sorted `<sha256>  <path>\n` lines. */
  readonly outputs: Readonly<Record<string, string>>
  /** How often its program was started; 1 where this is not said. */
  readonly attempts?: number
  /** What its program used when the result was made; absent where nothing could be measured. */
  readonly resources?: StageResources
  /** Printed by its program, and neither in the beginning nor in the end that the log keeps. */
  readonly droppedLogBytes?: number
  /** Labels of the runner that was asked for. */
  readonly runner?: readonly string[]
  /** It failed, and this stage stood in for it. */
  readonly fallback?: string
}

export interface StageResources {
  /** Of all processors and processes together. */
  readonly cpuSeconds: number
  readonly peakMemoryBytes: number
  /** The most that it held on disk, inputs aside. */
  readonly diskBytes: number
}

/** One process that did a part of a run, or all of it. */
export interface JobRecord {
  readonly job: 'prepare' | 'train' | 'judge' | 'refit' | 'run'
  readonly startedAt: string
  /** Wall clock, of Plumbline's own step. */
  readonly seconds: number
  /** Stages that ran here, neither from the cache nor in another job. */
  readonly ran: readonly string[]
  /** Of those stages. */
  readonly workSeconds: number
  /** In a workflow: what its runner is, the most telling label first; absent on a terminal. */
  readonly runner?: readonly string[]
}

export interface HookRecord {
  readonly name: 'on-failure' | 'always'
  readonly outcome: 'done' | 'failed'
  readonly seconds: number
}

/** `run.json`: everything that a run was made of and came to. Written for failed runs too. */
export interface RunRecord {
  readonly schema: 'plumbline/run/v1'
  readonly model: string
  /** SHA-256 over what git and the lock declare of what makes the bytes. Names the candidate. */
  readonly runKey: string
  /** `interrupted` from the start until it ends, so that a killed run is one that was interrupted. */
  readonly outcome: 'passed' | 'refused' | 'failed' | 'interrupted'
  /** Of a failed run: what happened, in words. */
  readonly failure?: string
  readonly trigger: Trigger
  readonly startedAt: string
  readonly finishedAt: string
  readonly code: {
    /** HEAD, 40 digits; null where nothing is committed yet. */
    readonly commit: string | null
    /** Files that differ from it. */
    readonly uncommitted: number
  }
  /** Where the candidate was built, if in a workflow. */
  readonly builtFrom: {
    readonly runId: string
    readonly attempt: string
    readonly head: string
    readonly tree: string
  } | null
  readonly data: {
    readonly digest: string
    /** The snapshot that was asked for instead of the pinned one: a name, a tag, or digits of a digest. */
    readonly asked?: string
    readonly files: number
    readonly rows: number
    readonly since: string | null
    readonly until: string | null
  }
  readonly params: Readonly<Record<string, ParamValue>>
  /** Those that were given instead of what plumbline.yaml says. */
  readonly askedParams?: Readonly<Record<string, ParamValue>>
  /** Only a part of the stages was asked for: `to train`. */
  readonly part?: string
  readonly seed: number
  readonly environment: {
    /** SHA-256 of the requirements file; null without one. */
    readonly requirements: string | null
    /** SHA-256 of the commands of `environment.setup` and the files that they read; absent without them. */
    readonly setup?: string
    /** Stage → the image that it runs in; absent where none has one. */
    readonly containers?: Readonly<Record<string, string>>
    readonly packages: number
    readonly python: string | null
    readonly system: string
  }
  readonly split: {
    readonly train: number
    readonly gap: number
    readonly test: number
    /** Rows of the released fit. */
    readonly whole: number
    /** Reason → rows. */
    readonly leftOut: Readonly<Record<string, number>>
  } | null
  readonly stages: readonly StageRecord[]
  readonly metrics: readonly MetricValue[]
  readonly selfReported: Readonly<Record<string, number>>
  readonly gates: readonly GateVerdict[]
  /** Stages for which their fallback stood in; absent where there is none. */
  readonly degraded?: readonly string[]
  /** Only so many of the rows were used, so that nothing of this run may be released. */
  readonly sample?: { readonly rows: number }
  readonly hooks?: readonly HookRecord[]
  /** Every process that worked on this run, in order. */
  readonly jobs?: readonly JobRecord[]
}

/** A finished candidate on disk, ready to be published. */
export interface Candidate {
  readonly record: RunRecord
  /** `run.json`. */
  readonly recordFile: string
  /** The model of the fit that went through the gates: a file or a folder, absolute. */
  readonly judgedModel: string
  /** The model of the fit on the whole window; the judged one's path where there was no second fit. */
  readonly releasedModel: string
  /** The judged predictions on the test rows. */
  readonly predictions: string
  /** The truth of the test rows; absent where it is not here. */
  readonly truth?: string
  /** What the model learned, as counts that new data is compared with; absent without a time, or where it is not here. */
  readonly reference?: string
  /** Files that `predict` needs to run without git: path relative to the project → absolute path. */
  readonly servingFiles: Readonly<Record<string, string>>
}
