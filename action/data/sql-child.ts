import { text } from 'node:stream/consumers'
import { Fault } from '../base/fault.ts'
import { makeFeatures } from './make-features.ts'
import { measureSqlMetric } from './measure-sql-metric.ts'
import { measureSqlRules } from './measure-sql-rules.ts'
import { writeTable } from './sources/write-table.ts'
import type { SqlAnswer, SqlRequest } from './sql-request.ts'

/** Entry of the child process that runs a user's SQL: one request on standard input, one answer on standard output. */
process.stdout.write(JSON.stringify(await answer()))

async function answer(): Promise<SqlAnswer<SqlRequest['task']>> {
  try {
    const request = JSON.parse(await text(process.stdin)) as SqlRequest
    if (request.task === 'table') return { kind: 'made', value: await writeTable(request) }
    const made = await makeIt(request)
    return made.ok ? { kind: 'made', value: made.value } : { kind: 'diagnosed', diagnostics: made.diagnostics }
  } catch (error) {
    if (error instanceof Fault) {
      return { kind: 'fault', code: error.code, message: error.message, remedy: error.remedy }
    }
    return { kind: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

function makeIt(request: Exclude<SqlRequest, { task: 'table' }>) {
  switch (request.task) {
    case 'features':
      return makeFeatures(request)
    case 'rules':
      return measureSqlRules(request)
    case 'metric':
      return measureSqlMetric(request)
  }
}
