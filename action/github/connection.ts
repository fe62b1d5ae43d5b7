import type { Watch } from './watch.ts'

/** Whom Plumbline talks to, as one repository of it. */
export interface GitHubConnection extends AsyncDisposable {
  /** Without a trailing slash: `https://api.github.com`, or `http://127.0.0.1:PORT/api/v3` of the embedded one. */
  readonly apiUrl: string
  /** Where `git push` goes: `https://github.com/acme/parcels.git`. */
  readonly gitUrl: string
  readonly token: string
  readonly owner: string
  readonly repository: string
  /** The embedded GitHub gets HEAD pushed by `register` itself; a real one has it already. */
  readonly isEmbedded: boolean
  /** `HTTPS_PROXY` and `NO_PROXY` in it decide the way there; left out: straight. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What the door that opened it wants to hear of. */
  readonly watch?: Watch
  /** The repository's folder on this machine: what was read of it may be kept in its `.plumbline`. */
  readonly workFolder?: string
}
