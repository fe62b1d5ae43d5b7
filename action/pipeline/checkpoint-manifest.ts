import { isRecord } from '../base/is-record.ts'

/** In an artifact, beside the folder `files`. */
export const manifestName = 'checkpoint.json'

/** `checkpoint.json` of an artifact: whose state it is, and what its files must be. */
export interface CheckpointManifest {
  readonly schema: 'plumbline/checkpoint/v1'
  readonly stage: string
  readonly cacheKey: string
  /** The nth is `files/<n>` in the artifact, whose file names may not be as free as a program's. */
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  /** Inside the folder of checkpoints, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export type ManifestRead =
  | { readonly ok: true; readonly manifest: CheckpointManifest }
  /** Why it is none: `it names no stage`. */
  | { readonly ok: false; readonly why: string }

/** Pure: reads a manifest that this very stage wrote with this very key; what another machine wrote is not believed. */
export function readManifest(text: string, stage: string, cacheKey: string): ManifestRead {
  const value = parse(text)
  if (!isRecord(value) || value['schema'] !== 'plumbline/checkpoint/v1') return no('its manifest is none')
  if (value['stage'] !== stage) return no('it is of another stage')
  if (value['cacheKey'] !== cacheKey) return no('it is of other code, data or parameters')
  const { files } = value
  if (!Array.isArray(files) || !files.every(isManifestFile)) return no('its manifest is none')
  if (!areDistinct(files.map(({ path }) => path))) return no('its files lie on top of each other')
  return { ok: true, manifest: { schema: 'plumbline/checkpoint/v1', stage, cacheKey, files } }
}

function no(why: string): ManifestRead {
  return { ok: false, why }
}

function isManifestFile(value: unknown): value is ManifestFile {
  if (!isRecord(value)) return false
  const { path, bytes, sha256 } = value
  return (
    typeof path === 'string' &&
    isInside(path) &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  )
}

function isInside(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Neither twice, nor one a folder of another. */
function areDistinct(paths: readonly string[]): boolean {
  const all = new Set(paths)
  const isBelowAnother = (path: string) => {
    const parts = path.split('/')
    return parts.some((_, index) => index > 0 && all.has(parts.slice(0, index).join('/')))
  }
  return all.size === paths.length && !paths.some(isBelowAnother)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
