import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { Fault } from '../base/fault.ts'
import { childFile, poorEnvironment } from './child-program.ts'
import type { SqlAnswer, SqlRequest } from './sql-request.ts'

/** Asks a child process of our own, which is killed at the timeout or when the caller is interrupted. */
export async function runSqlChild<Task extends SqlRequest['task']>(
  request: SqlRequest & { readonly task: Task },
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<SqlAnswer<Task>> {
  signal?.throwIfAborted()
  const child = spawn(process.execPath, [childFile('sql-child')], {
    env: poorEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const ended = new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, killedBy) => resolve({ code, killedBy }))
  })
  // A child that dies early closes the pipe; how it ended says more.
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(request))
  const [answer, complaint, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]).finally(() =>
    clearTimeout(timer),
  )
  if (end.code === 0 && answer !== '') return JSON.parse(answer) as SqlAnswer<Task>
  if (isLate) throw timedOut(request.task, timeoutMs)
  if (end.killedBy) throw killed(request.task, end.killedBy)
  return { kind: 'bug', message: complaint || `exit code ${end.code}` }
}

const doings = {
  features: { code: 'features', action: 'Cannot make features' },
  rules: { code: 'contract', action: 'Cannot check the SQL rules of the contract' },
  metric: { code: 'metric', action: 'Cannot measure the metric' },
  table: { code: 'source', action: 'Cannot read the table of a source' },
} as const

function timedOut(task: SqlRequest['task'], timeoutMs: number): Fault {
  const { code, action } = doings[task]
  return new Fault(`${code}/timeout`, `${action}: the SELECT ran longer than ${timeoutMs / 1000} s`, {
    remedy: 'Simplify the SELECT, or narrow data.source.',
  })
}

function killed(task: SqlRequest['task'], signal: NodeJS.Signals): Fault {
  const { code, action } = doings[task]
  return new Fault(`${code}/out-of-memory`, `${action}: the process was killed by ${signal}`, {
    remedy: 'Most likely memory ran out: run on a machine with more, or narrow data.source.',
  })
}
