import { readFileSync } from 'node:fs'

import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

import type { Route } from '../../action/local-github/route.ts'
import { apiRoutes, matchRoute } from '../../action/local-github/routes.table.ts'

interface Subset {
  readonly answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: unknown
}

const subset: Subset = JSON.parse(readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8'))
const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)
for (const name of ['repo.nwo', 'timestamp', 'ssh-url', 'permission']) ajv.addFormat(name, true)
// Where there is none, GitHub answers an empty text, which its description has as the default.
ajv.addFormat('uri', /^([a-z][a-z0-9+.-]*:|$)/i)
ajv.addSchema({ $id: 'github', components: subset.components })
const compiled = new Map<string, ValidateFunction>()

const answeredRoutes = new Set<string>()

/** Those of `routes` that have answered no request of this test file yet, as `GET /repos/{owner}/{repo}`. */
export function unanswered(routes: readonly Route[]): readonly string[] {
  return routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !answeredRoutes.has(route))
}

/** Throws where an answer of the embedded GitHub is none that GitHub's OpenAPI description allows. */
export function expectValid(method: string, path: string, status: number, body: unknown): void {
  const matched = matchRoute(apiRoutes, method, path)
  if (!matched) return
  const route = `${method} ${matched.route.path}`
  if (status < 400) answeredRoutes.add(route)
  // Any read may be answered so; the description names it on some.
  if (status === 304) return
  const schema = subset.answers[route]?.[status]
  if (schema === undefined && status < 400) throw new Error(`${route} does not answer ${status}`)
  if (schema === undefined || schema === null) return
  const key = `${route} ${status}`
  const validate = compiled.get(key) ?? ajv.compile(rooted(schema))
  compiled.set(key, validate)
  if (!validate(body)) throw new Error(`${key}: ${ajv.errorsText(validate.errors)}`)
}

function rooted(schema: unknown): object {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"github#/components')
  const schemaOfAnswer: object = JSON.parse(text)
  return schemaOfAnswer
}
