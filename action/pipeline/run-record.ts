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
  readonly outcome: 'done' | 'cached' | 'failed'
  /** When the result was made, ISO 8601; of a cached one, then. */
  readonly startedAt: string
  readonly seconds: number
  /** One line for people: `37,830 rows`. */
  readonly detail: string
  /** Output name → SHA-256: of a file's bytes; of a folder, of its sorted `<sha256>  <path>\n` lines. */
  readonly outputs: Readonly<Record<string, string>>
}

/** `run.json`: everything that a run was made of and came to. Written for failed runs too. */
export interface RunRecord {
  readonly schema: 'plumbline/run/v1'
  readonly model: string
  /** SHA-256 over what git and the lock declare of what makes the bytes. Names the candidate. */
  readonly runKey: string
  readonly outcome: 'passed' | 'refused' | 'failed'
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
  readonly seed: number
  readonly environment: {
    /** SHA-256 of the requirements file; null without one. */
    readonly requirements: string | null
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
  /** Files that `predict` needs to run without git: path relative to the project → absolute path. */
  readonly servingFiles: Readonly<Record<string, string>>
}
