const bytesPerUnit = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const

/** A size in bytes from `512 MB`, `4GB` or `1.5 GiB` (a thousand, or 1024, a step); undefined where the text is none. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(B|[kMGT]B|[KMGT]iB)$/.exec(text.trim())
  if (!match) return undefined
  const [, amount, unit] = match
  const bytes = Math.round(Number(amount) * bytesPerUnit[unit as keyof typeof bytesPerUnit])
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
}
