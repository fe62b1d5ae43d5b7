import { Fault } from '../base/fault.ts'

/** A file that is published in parts, because it is larger than an asset may be. */
export interface Whole {
  /** Of the whole file. */
  readonly sha256: string
  readonly bytes: number
  /** Names of the assets that it is cut into, in their order. */
  readonly parts: readonly string[]
}

/** Name of the file → its parts. */
export type Wholes = Readonly<Record<string, Whole>>

/** What one release can hold. */
export interface ReleaseLimits {
  /** A file that has more is cut. */
  readonly assetBytes: number
  readonly assets: number
}

/** GitHub takes assets of less than 2 GiB. The number is fixed: another one would cut a published model otherwise. */
export const releaseLimits: ReleaseLimits = { assetBytes: 2_000_000_000, assets: 1000 }

/** `model.skops.part-0001` of part 1. */
export function partName(name: string, number: number): string {
  return `${name}.part-${String(number).padStart(4, '0')}`
}

/** The line of `sums.txt` that tells of a part: a comment to `sha256sum`, as the part is not there once the file is whole. */
export function partLine(sha256: string, name: string): string {
  return `# part ${sha256}  ${name}\n`
}

export interface PartLine {
  readonly sha256: string
  readonly name: string
  /** The file that it is a part of. */
  readonly whole: string
}

/** What a line of `sums.txt` says of a part; undefined where it is another line. */
export function readPartLine(line: string): PartLine | undefined {
  const [, sha256, whole, number] = /^# part ([0-9a-f]{64}) {2}([^/\0]+)\.part-(\d{4})$/.exec(line) ?? []
  if (sha256 === undefined || whole === undefined) return undefined
  return { sha256, whole, name: `${whole}.part-${number}` }
}

/** What `sums.txt` says of files that are cut, with their assets' sizes. */
export function wholesIn(sums: string, assets: readonly { readonly name: string; readonly bytes: number }[]): Wholes {
  const lines = sums.split('\n')
  const digests = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
  const wholes: Record<string, { sha256: string; bytes: number; parts: string[] }> = {}
  for (const line of lines) {
    const part = readPartLine(line)
    const asset = part && assets.find(({ name }) => name === part.name)
    const sha256 = part && digests.get(part.whole)
    if (!part || !asset || sha256 === undefined) continue
    const whole = (wholes[part.whole] ??= { sha256, bytes: 0, parts: [] })
    whole.bytes += asset.bytes
    whole.parts.push(part.name)
  }
  return wholes
}

/** As the ledger holds them; what cannot be read is left out, and then its parts stand for themselves. */
export function readWholes(value: unknown): Wholes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const entries = Object.entries(value).flatMap(([name, whole]: [string, unknown]) => {
    if (typeof whole !== 'object' || whole === null) return []
    const { sha256, bytes, parts } = whole as Readonly<Record<string, unknown>>
    if (typeof sha256 !== 'string' || typeof bytes !== 'number' || !Array.isArray(parts)) return []
    const names = parts.filter((part): part is string => typeof part === 'string')
    return [[name, { sha256, bytes, parts: names }] as const]
  })
  return Object.fromEntries(entries)
}

/** The file that an asset is a part of; undefined where it is none. */
export function wholeOf(wholes: Wholes, asset: string): string | undefined {
  return Object.keys(wholes).find((name) => wholes[name]?.parts.includes(asset))
}

/** Refuses more assets than a release can have. */
export function requireFitting(assets: number, limits: ReleaseLimits): void {
  if (assets <= limits.assets) return
  throw new Fault(
    'registry/bad-asset',
    `Cannot publish ${assets} assets in one release: GitHub takes ${limits.assets}; expected a smaller model, or fewer contracts`,
    {
      remedy: 'Publish less: each file of more than 2 GB takes an asset for every 2 GB.',
      stays: 'nothing was published',
    },
  )
}
