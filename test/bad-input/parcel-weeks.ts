const weekMs = 604_800_000
const rowsAWeek = 672
/** A Monday, as windows begin. */
const startMs = Date.UTC(2024, 11, 30)

/** Weeks that were learned, each of 672 rows. */
export const learnedWeeks = 12

export interface Parcel {
  readonly parcel: string
  readonly shipped_at: string
  readonly region: string
  readonly distance_km: string | number
  readonly late: string | number
}

/** Parcels of the weeks `from` up to `to`; `change` makes them bad, a column by another name comes after the others. */
export function parcels(
  from: number,
  to: number,
  change: (row: number) => Partial<Parcel> & Readonly<Record<string, string | number>> = () => ({}),
  head = 'parcel,shipped_at,region,distance_km,late',
): string {
  const names = head.split(',')
  const lines: string[] = []
  for (let row = from * rowsAWeek; row < to * rowsAWeek; row += 1) {
    const distance = (row * 7919) % 1000
    const late = distance * 0.7 + ((row * 104_729) % 1000) * 0.3 > 600 ? 1 : 0
    const at = new Date(startMs + row * (weekMs / rowsAWeek)).toISOString()
    const good = { parcel: `p${row}`, shipped_at: at, region: 'NSEW'[row % 4] ?? '', distance_km: distance, late }
    const own: Readonly<Record<string, string | number>> = { ...good, ...change(row) }
    lines.push(names.map((name) => own[name] ?? '').join(','))
  }
  return `${head}\n${lines.join('\n')}\n`
}

/** So long after the end of a week that its window is closed. */
export function afterWeek(week: number): Date {
  return new Date(startMs + week * weekMs + 90_000_000)
}
