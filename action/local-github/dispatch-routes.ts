import { fieldsOf } from './body-fields.ts'
import { type Answer, type Exchange, requiredText } from './exchange.ts'
import { invalidRequest } from './refusal.ts'
import { commitNamed } from './repository-routes.ts'
import { startRuns } from './start-runs.ts'

const longestType = 100
const mostKeys = 10
const longestPayload = 65_535

/** Starts what waits on the default branch for an event of that type; works with a job's own token, too. */
export async function dispatchRepository({ forge, access, body }: Exchange): Promise<Answer> {
  const type = requiredText(body, 'event_type')
  if (type.length > longestType)
    throw invalidRequest(`"event_type" is too long (maximum is ${longestType} characters).`)
  const payload = fieldsOf(body['client_payload'])
  const keys = Object.keys(payload)
  if (keys.length > mostKeys) {
    throw invalidRequest(`No more than ${mostKeys} properties are allowed; ${keys.length} were supplied.`)
  }
  if (JSON.stringify(payload).length > longestPayload) throw invalidRequest('client_payload is too large.')
  const sha = await commitNamed(forge, 'main')
  if (sha !== undefined) await startRuns(forge, access, { event: 'repository_dispatch', type, sha, headBranch: 'main' })
  return { status: 204 }
}
