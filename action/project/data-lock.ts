import type { Read } from '../base/diagnostic.ts'

export const dataSections = ['features', 'labels'] as const
export type DataSection = (typeof dataSections)[number]

/** One pinned file. */
export interface LockEntry {
  readonly sha256: string
  readonly bytes: number
  /** Relative to the model's folder, with `/`, NFC. */
  readonly path: string
}

/** `data.lock.yaml`: the snapshot of the data, pinned like a dependency. */
export interface DataLock {
  readonly version: 1
  /** The newest event time in it, ISO 8601 or an integer as text; null without a time column. */
  readonly until: string | null
  readonly sections: Readonly<Partial<Record<DataSection, readonly LockEntry[]>>>
}

export declare function readDataLock(file: string, text: string): Read<DataLock>
export declare function formatDataLock(lock: DataLock): string
/** SHA-256 of the lines `<sha256>  <section>/<path>\n` of all sections in byte order. */
export declare function dataDigest(lock: DataLock): string
