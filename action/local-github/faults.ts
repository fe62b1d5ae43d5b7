import { nearestName } from '../base/nearest-name.ts'
import type { Call } from './name-call.ts'

/** One way in which GitHub fails, and which calls it can befall. */
interface FaultRow {
  /** `before`: nothing of the call is done; `after`: all of it is; `during`: its handler sees to it. */
  readonly moment: 'before' | 'after' | 'during'
  readonly says: string
  readonly befalls: (call: Call) => boolean
}

const anything = () => true
const writes = ({ method, isGit }: Call) => method !== 'GET' && !isGit
const overRest = ({ isGit }: Call) => !isGit

/** Every kind of fault that can be switched on; a test of all of them enumerates this table. */
export const faultKinds = {
  'drop-before': row('before', 'the connection breaks before anything is done', anything),
  'drop-after': row('after', 'the connection breaks once all is done', anything),
  '500': row('before', '500, and nothing is done', anything),
  '502-after': row('after', '502, and yet all is done', overRest),
  '502-mid-upload': row(
    'during',
    '502 in the middle of an upload, which leaves a starter asset',
    ({ isUpload }) => isUpload,
  ),
  '409': row('before', '409, as where somebody else was faster', writes),
  'secondary-403': row('before', '403 for the secondary rate limit, with retry-after', overRest),
  'secondary-403-bare': row('before', 'the same without retry-after', overRest),
  '429': row('before', '429 for the secondary rate limit, with retry-after', overRest),
  '429-bare': row('before', 'the same without retry-after', overRest),
  'stale-list': row('during', 'a list that lacks what was made since the server started', ({ isList }) => isList),
  slow: row('before', 'an answer that takes a while', anything),
} as const satisfies Readonly<Record<string, FaultRow>>

export type FaultKind = keyof typeof faultKinds

export interface FaultSwitch {
  readonly kind: FaultKind
  /** Which of the calls that it can befall, counted from 1 and from when it was switched on. */
  readonly at: number
  /** 1 where it is left out. */
  readonly times?: number
  /** `POST /repos/{owner}/{repo}/releases`, or `git refs`, `git push`, `git fetch`: only such calls count. */
  readonly route?: string
}

export interface FaultBoard {
  readonly switchOn: (fault: FaultSwitch) => void
  readonly switchAllOff: () => void
  /** The newest ten thousand calls. */
  readonly calls: () => readonly Call[]
  /** Counts a call; what befalls it. */
  readonly strike: (call: Call) => FaultKind | undefined
}

/** `500@3`: the third call; `drop-after@1 POST /repos/{owner}/{repo}/releases`: the first of that route. Throws a RangeError with what is wrong. */
export function parseFault(text: string): FaultSwitch {
  const [, kind = '', at = '', route] = /^([\w-]+)@([1-9]\d*)(?: (\S.*))?$/.exec(text) ?? []
  if (kind === '') throw new RangeError(`"${text}" is no fault; expected KIND@N, such as 500@3`)
  if (isKind(kind)) return { kind, at: Number(at), ...(route !== undefined && { route }) }
  const kinds = Object.keys(faultKinds)
  const near = nearestName(kind, kinds)
  const hint = near === undefined ? `expected one of ${kinds.join(', ')}` : `did you mean ${near}?`
  throw new RangeError(`"${kind}" is no kind of fault; ${hint}`)
}

const mostCalls = 10_000

export function openFaultBoard(): FaultBoard {
  const calls: Call[] = []
  let armed: { readonly fault: FaultSwitch; seen: number }[] = []
  return {
    switchOn: (fault) => {
      armed = [...armed, { fault, seen: 0 }]
    },
    switchAllOff: () => {
      armed = []
    },
    calls: () => calls,
    strike: (call) => {
      calls.push(call)
      if (calls.length > mostCalls) calls.shift()
      let struck: FaultKind | undefined
      for (const one of armed) {
        const { kind, at, times = 1, route } = one.fault
        if (!faultKinds[kind].befalls(call) || (route !== undefined && route !== call.name)) continue
        one.seen++
        if (one.seen >= at && one.seen < at + times) struck ??= kind
      }
      return struck
    },
  }
}

function isKind(text: string): text is FaultKind {
  return Object.hasOwn(faultKinds, text)
}

function row(moment: FaultRow['moment'], says: string, befalls: FaultRow['befalls']): FaultRow {
  return { moment, says, befalls }
}
