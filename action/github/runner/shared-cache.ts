/** Folders that a workflow run of a repository leaves for later ones: an accelerator, which may be gone at any time. */
export interface SharedCache {
  /** Unpacks the entry of this very key, left by this branch, its base or the default one, into an empty folder. */
  restore(key: string, folder: string, signal: AbortSignal): Promise<Restored>
  /** Leaves `result.json` and `out/` of a folder under a key; what is there under it stays. */
  save(key: string, folder: string, signal: AbortSignal): Promise<Saved>
}

export type Restored = { readonly kind: 'restored' | 'none' } | CacheFailure
export type Saved = { readonly kind: 'saved' | 'there already' } | CacheFailure

export interface CacheFailure {
  readonly kind: 'failed'
  /** In words, for people. */
  readonly why: string
  /** Whether nothing answers, so that asking again would only take time. */
  readonly isUnreachable: boolean
}

/** What an entry holds, and nothing else. It is part of an entry’s name, so that it is never changed alone. */
export const sharedPaths: readonly string[] = ['result.json', 'out']
