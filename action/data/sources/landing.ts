import type { SourcePolicy } from '../../project/project.ts'
import type { Meter } from './meter.ts'
import type { Validators } from './part-file.ts'
import type { Patience } from './retry-delay.ts'
import type { Web } from './web.ts'

/** A file of one source on its way into the source's folder. */
export type Arrival =
  /** The one that was landed before still is the remote one. */
  { readonly kind: 'kept'; readonly name: string; readonly shown: string } | FetchedFile

export interface FetchedFile {
  readonly kind: 'fetched'
  /** Below the source's folder, with `/`. */
  readonly name: string
  /** As messages show where it comes from. */
  readonly shown: string
  /** Where its bytes lie now, absolute, on the same disk. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** Names where it comes from. */
  readonly id: string
  readonly validators: Validators
}

/** A file that was landed before and still lies there as it was landed. */
export interface LandedFile {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly validators: Validators
}

/** What bringing files into the folder of one source needs. */
export interface Landing {
  /** The model's folder, absolute. */
  readonly projectFolder: string
  readonly source: SourcePolicy
  /** Hidden, in the source's folder: what is not whole yet. */
  readonly partsFolder: string
  readonly landedFrom: (id: string) => LandedFile | undefined
  readonly forgetPart: (id: string) => Promise<void>
  readonly web: Web
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly patience: Patience
  readonly signal: AbortSignal
  readonly meter: Meter
}
