import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'

/**
 * A shell that runs the program, waits for it, and tells on descriptor 3 what processor time all that it waited for took,
 * which nobody else learns. A SIGTERM to the whole group does not end it before the program.
 */
const supervisor =
  'trap : HUP INT TERM; exec 4>&2 2>/dev/null; (exec 2>&4 3>&- 4>&-; exec "$@"); code=$?; times >&3; exit $code'

const tasksets = ['/usr/bin/taskset', '/bin/taskset']

/** A program and its arguments under supervision, on so many processors where the system can hold it to them. */
export function supervise(words: readonly string[], cpu: number | undefined): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', supervisor, 'plumbline', ...onProcessors(cpu), ...words]
}

/** Seconds of what `times` printed: two lines, the shell's own and its children's, each user and system. */
export function readTimes(text: string): number | undefined {
  const times = [...text.matchAll(/(\d+)m(\d+)[.,](\d+)s/g)]
  if (times.length !== 4) return undefined
  return times.reduce(
    (sum, [, minutes, seconds, fraction]) => sum + Number(minutes) * 60 + Number(`${seconds}.${fraction}`),
    0,
  )
}

/** What a shell's exit code says of the signal that ended a program: 137 is SIGKILL. */
export function signalOf(code: number | null): string | null {
  const number = (code ?? 0) - 128
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null
}

let turn = 0

/** Side by side, stages begin at different processors. */
function onProcessors(cpu: number | undefined): readonly string[] {
  const taskset = cpu === undefined ? undefined : tasksets.find((path) => existsSync(path))
  if (cpu === undefined || taskset === undefined) return []
  const allowed = allowedProcessors()
  if (allowed.length <= cpu) return []
  const chosen = Array.from({ length: cpu }, (_, index) => allowed[(turn + index) % allowed.length])
  turn = (turn + cpu) % allowed.length
  return [taskset, '-c', chosen.join(',')]
}

/** Of this process: `0-3,8` as the kernel writes it. */
function allowedProcessors(): readonly number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
  } catch {
    return []
  }
}

/** What numerical libraries and languages ask how many threads to start. */
const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'NUMEXPR_MAX_THREADS',
  'LOKY_MAX_CPU_COUNT',
  'POLARS_MAX_THREADS',
  'RAYON_NUM_THREADS',
  'JULIA_NUM_THREADS',
  'GOMAXPROCS',
  'PYTHON_CPU_COUNT',
]

/** The variables that hold a program to so many threads, as far as it asks. */
export function threadLimits(cpu: number | undefined): Readonly<Record<string, string>> {
  if (cpu === undefined) return {}
  return Object.fromEntries(threadVariables.map((name) => [name, String(cpu)]))
}
