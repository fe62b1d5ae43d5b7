/** A span of event time, [sinceMs, untilMs), milliseconds since 1970 in UTC. */
export interface Window {
  readonly sinceMs: number
  readonly untilMs: number
}

export interface WindowRule {
  readonly windowMs: number
  /** A window closes this long after its end; what arrives later is late. */
  readonly latenessMs: number
}

/** Rows of one window, such as those of one file. */
export interface WindowRows {
  /** Event time of any of them. */
  readonly atMs: number
  readonly rows: number
  /** When they came; null where that is not known: then what was not there when their window was judged is late. */
  readonly arrivedMs: number | null
}

/** A window that was judged, and what it held then. */
export interface JudgedWindow extends Window {
  readonly rows: number
}

export interface OpenWindow extends JudgedWindow {
  readonly closesMs: number
  /** Its time has come, and no row comes near its end: it closes when one does. */
  readonly waitsForRows: boolean
}

export interface WindowPlan {
  /** Closed and not judged before, the oldest first; also those without rows, between others. */
  readonly toJudge: readonly JudgedWindow[]
  /** Begun, with rows, and not closed: nothing is said of them yet. */
  readonly open: readonly OpenWindow[]
  /** Rows that came when their window was closed; they are never judged. */
  readonly late: readonly JudgedWindow[]
  /** Rows of windows that have not begun: of a clock that is wrong, most likely. */
  readonly futureRows: number
  /** Rows whose time is none. */
  readonly timelessRows: number
}

/** Monday, 5 January 1970: windows of a week begin on Mondays, those of whole days at midnight, UTC. */
export const windowsBegin = 4 * 86_400_000

/** The window that a moment lies in: the same for everybody, whenever it is asked. */
export function windowOf(atMs: number, windowMs: number): Window {
  const sinceMs = windowsBegin + Math.floor((atMs - windowsBegin) / windowMs) * windowMs
  return { sinceMs, untilMs: sinceMs + windowMs }
}

export function closesAt({ untilMs }: Window, { latenessMs }: WindowRule): number {
  return untilMs + latenessMs
}

/**
 * What to judge now. Each window is judged once, when it is closed, in order of time; `judged` are those that were. How often
 * this is asked makes no difference to what is judged: a closed window holds what arrived before it closed, also when nobody
 * looked at that moment.
 *
 * Where rows come in batches, such as a file a month, the last one ends within a window. So a window is closed only if rows
 * have come to within `latenessMs` of its end: `reachedMs` is the event time of the newest that lies in no future.
 */
export function planWindows(
  rows: readonly WindowRows[],
  rule: WindowRule,
  nowMs: number,
  judged: readonly JudgedWindow[],
  reachedMs: number,
): WindowPlan {
  const timed = rows.filter(({ atMs }) => Number.isFinite(atMs))
  const begun = timed.filter(({ atMs }) => windowOf(atMs, rule.windowMs).sinceMs <= nowMs)
  const arrivedLate = ({ atMs, arrivedMs }: WindowRows) =>
    arrivedMs !== null && arrivedMs > closesAt(windowOf(atMs, rule.windowMs), rule)
  const untilMs = judged.reduce((newest, window) => Math.max(newest, window.untilMs), -Infinity)
  const judgedRows = new Map(judged.map((window) => [window.sinceMs, window.rows]))
  const inTime = sumByWindow(begun, rule, (one) => !arrivedLate(one))
  const afterwards = inTime.filter((window) => window.untilMs <= untilMs)
  const isOver = (window: Window) => closesAt(window, rule) <= nowMs
  const isReached = (window: Window) => reachedMs >= window.untilMs - rule.latenessMs
  const isClosed = (window: Window) => isOver(window) && isReached(window)
  const others = inTime.filter((window) => window.untilMs > untilMs)
  const [closed, open] = [others.filter(isClosed), others.filter((window) => !isClosed(window))]
  const more = afterwards.map((window) => ({ ...window, rows: window.rows - (judgedRows.get(window.sinceMs) ?? 0) }))
  return {
    toJudge: withEmptyOnes(closed, rule, untilMs),
    open: open.map((window) => ({ ...window, closesMs: closesAt(window, rule), waitsForRows: isOver(window) })),
    late: addWindows([...sumByWindow(begun, rule, arrivedLate), ...more.filter((window) => window.rows > 0)]),
    futureRows: countRows(timed) - countRows(begun),
    timelessRows: countRows(rows) - countRows(timed),
  }
}

/** Windows between the first and the last that is to be judged are judged, too: nothing came in them. */
function withEmptyOnes(
  closed: readonly JudgedWindow[],
  { windowMs }: WindowRule,
  judgedUntilMs: number,
): JudgedWindow[] {
  const last = closed.at(-1)
  if (!last) return []
  const rowsOf = new Map(closed.map(({ sinceMs, rows }) => [sinceMs, rows]))
  const first = judgedUntilMs === -Infinity ? (closed[0]?.sinceMs ?? 0) : windowOf(judgedUntilMs, windowMs).sinceMs
  const found: JudgedWindow[] = []
  const from = Math.max(first, last.sinceMs - (maxWindows - 1) * windowMs)
  for (let sinceMs = from; sinceMs <= last.sinceMs; sinceMs += windowMs) {
    found.push({ sinceMs, untilMs: sinceMs + windowMs, rows: rowsOf.get(sinceMs) ?? 0 })
  }
  return found
}

/** A date of the year 1 among others must not make a million empty windows: the newest are judged. */
const maxWindows = 1000

function sumByWindow(
  rows: readonly WindowRows[],
  { windowMs }: WindowRule,
  isCounted: (rows: WindowRows) => boolean,
): JudgedWindow[] {
  const counted = rows.filter(isCounted)
  return addWindows(counted.map(({ atMs, rows: count }) => ({ ...windowOf(atMs, windowMs), rows: count })))
}

/** One of each, by time. */
function addWindows(windows: readonly JudgedWindow[]): JudgedWindow[] {
  const sums = new Map<number, JudgedWindow>()
  for (const window of windows) {
    sums.set(window.sinceMs, { ...window, rows: window.rows + (sums.get(window.sinceMs)?.rows ?? 0) })
  }
  return [...sums.values()].sort((a, b) => a.sinceMs - b.sinceMs)
}

function countRows(rows: readonly WindowRows[]): number {
  return rows.reduce((sum, { rows: count }) => sum + count, 0)
}
