import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'

/** One process of a stage, as the system tells of it now. */
export interface StageProcess {
  readonly pid: number
  readonly parent: number
  /** When it started, in the system's own terms: tells it from a later process of the same number. */
  readonly started: string
  readonly name: string
  /** Its own, and that of the children that it has waited for, where the system tells. */
  readonly cpuSeconds: number
  readonly isEnded: boolean
  /** Resident, what it shares with others included. */
  readonly memoryBytes: number
  /** The most that it has held at once, where the system tells. */
  readonly peakBytes?: number
}

export interface ProcessTable {
  /** The stage's processes that are there now. A thorough look also asks again about those that were another's before. */
  readonly look: (isThorough?: boolean) => Promise<readonly StageProcess[]>
  /** Memory of all these, what they share counted once; undefined where the system does not tell. */
  readonly sharedBytes: (processes: readonly StageProcess[]) => number | undefined
}

/** Names a program's room to all its descendants. */
export const roomVariable = 'PLUMBLINE_ROOM'

/** How to see what a program and its descendants do; undefined where the system offers no way (Windows). */
export function openProcessTable(root: number, room: string): ProcessTable | undefined {
  if (process.platform === 'linux') return linuxTable(root, room)
  return process.platform === 'win32' ? undefined : psTable(root)
}

interface Stat {
  readonly pid: number
  readonly name: string
  readonly isEnded: boolean
  readonly parent: number
  readonly session: number
  readonly started: string
  readonly cpuSeconds: number
}

/** Looks between two in which the processes of others are asked about again, as their numbers may be used anew. */
const looksAtOthers = 10

/**
 * By /proc: descendants, the session, and whoever has the room in its environment or works in it, which finds those that left both.
 */
function linuxTable(root: number, room: string): ProcessTable {
  const variable = Buffer.from(`\0${roomVariable}=${room}\0`).toString('latin1')
  const ours = new Map<number, string>()
  const others = new Map<number, string>()
  let looks = 0

  const rootStarted = Number(readStat(root)?.started ?? 0)
  const isOurs = ({ pid, parent, session, started }: Stat): boolean => {
    if (pid === root || session === root || ours.get(pid) === started || ours.has(parent)) return true
    // Who was there before is none of ours, and most are.
    const isNew = Number(started) >= rootStarted && others.get(pid) !== started
    return isNew && isMarked(pid, variable, room)
  }
  const look = async (isThorough = false): Promise<StageProcess[]> => {
    looks += 1
    const asksAll = isThorough || looks % looksAtOthers === 0
    if (isThorough) others.clear()
    const pids = listProcesses()
    // Smaller numbers are older processes but where numbers began anew, which a later look finds.
    if (looks === 1 && !isThorough) for (const pid of pids) if (pid < root) others.set(pid, '')
    for (const known of [ours, others]) {
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid)
    }
    // A parent has the smaller number but where numbers began anew; the next look finds those.
    const found: StageProcess[] = []
    for (const pid of pids) {
      if (others.has(pid) && !asksAll) continue
      const stat = readStat(pid)
      if (!stat) continue
      if (isOurs(stat)) {
        ours.set(pid, stat.started)
        others.delete(pid)
        found.push({ ...stat, ...readMemory(pid) })
      } else {
        ours.delete(pid)
        others.set(pid, stat.started)
      }
    }
    return found
  }
  return { look, sharedBytes: sumOfShares }
}

function listProcesses(): Set<number> {
  try {
    return new Set(readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : [])))
  } catch {
    return new Set()
  }
}

/** What the kernel counts processor time in, for programs: the same on every system that Node runs on. */
const ticksPerSecond = 100

function readStat(pid: number): Stat | undefined {
  const text = readProc(pid, 'stat')
  // The name may hold anything, brackets too.
  const nameEnd = text.lastIndexOf(')')
  const fields = text.slice(nameEnd + 2).split(' ')
  const [state = '', parent = '', , session = ''] = fields
  const started = fields[19]
  if (nameEnd < 0 || started === undefined) return undefined
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    isEnded: state === 'Z' || state === 'X',
    parent: Number(parent),
    session: Number(session),
    started,
    cpuSeconds: ticks / ticksPerSecond,
  }
}

function readMemory(pid: number): Pick<StageProcess, 'memoryBytes' | 'peakBytes'> {
  const status = readProc(pid, 'status')
  return { memoryBytes: kilobytes(status, 'VmRSS'), peakBytes: kilobytes(status, 'VmHWM') }
}

function sumOfShares(processes: readonly StageProcess[]): number {
  return processes.reduce((sum, { pid, memoryBytes }) => {
    const rollup = readProc(pid, 'smaps_rollup')
    return sum + (rollup === '' ? memoryBytes : kilobytes(rollup, 'Pss'))
  }, 0)
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024
}

function isMarked(pid: number, variable: string, room: string): boolean {
  if (`\0${readProc(pid, 'environ')}`.includes(variable)) return true
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${room}/`)
  } catch {
    return false
  }
}

/** Empty where the process is gone, or another user's. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

/** By `ps`, as on macOS: descendants and the process group. */
function psTable(root: number): ProcessTable {
  const ours = new Set<string>()
  return {
    look: async () => {
      const columns = ['pid', 'ppid', 'pgid', 'stat', 'rss', 'time', 'lstart', 'comm'].map((name) => `${name}=`)
      const listed = await promisify(execFile)('ps', ['-A', '-o', columns.join(',')], {
        env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
        maxBuffer: 64 << 20,
      }).catch(() => undefined)
      const found = findDescendants(listed?.stdout ?? '', root, ours)
      for (const { pid, started } of found) ours.add(`${pid} ${started}`)
      return found
    },
    sharedBytes: () => undefined,
  }
}

/** Pure: of what `ps` lists, the root, its group, its descendants, and those that were among them before. */
export function findDescendants(listed: string, root: number, earlier: ReadonlySet<string>): StageProcess[] {
  const rows = listed.split('\n').flatMap(readPsLine)
  const ours = new Set<number>()
  for (let size = -1; size !== ours.size; ) {
    size = ours.size
    for (const { pid, parent, group, started } of rows) {
      if (pid === root || group === root || ours.has(parent) || earlier.has(`${pid} ${started}`)) ours.add(pid)
    }
  }
  return rows.filter(({ pid }) => ours.has(pid))
}

function readPsLine(line: string): (StageProcess & { readonly group: number })[] {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+([\d:.-]+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(
    line,
  )
  if (!match) return []
  const [, pid, parent, group, state = '', kilobytesHeld, time = '', started = '', name = ''] = match
  return [
    {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      started,
      name: name.slice(name.lastIndexOf('/') + 1),
      cpuSeconds: readPsTime(time),
      isEnded: state.startsWith('Z'),
      memoryBytes: Number(kilobytesHeld) * 1024,
    },
  ]
}

/** Seconds of `0:00.05`, `12:34:56` or `1-02:03:04`. */
function readPsTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').toReversed()
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400
}
