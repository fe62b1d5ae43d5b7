// Cuts GitHub's OpenAPI description down to the answers of the embedded GitHub's routes, as JSON Schema for the tests.
//
//   npm install --prefix FOLDER @octokit/openapi        (385 MB, so it is no dependency)
//   node scripts/openapi-subset.mjs FOLDER/node_modules/@octokit/openapi/generated/api.github.com.json
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const target = 'test/support/github-openapi.json'
const description = JSON.parse(readFileSync(process.argv[2], 'utf8'))

const dropped = new Set(['description', 'example', 'examples', 'externalDocs', 'discriminator', 'deprecated', 'title'])
const used = new Set()
const answers = Object.fromEntries(routes().map(([method, path]) => [`${method} ${path}`, answersOf(method, path)]))
const schemas = {}
// The set grows while it is walked: a schema may use others.
for (const name of used) schemas[name] = jsonSchema(description.components.schemas[name])

// GitHub's description knows `open`, its documentation of uploads and its API `starter`.
schemas['release-asset'].properties.state.enum.push('starter')

const version = description.info.version
const subset = { description: `GitHub REST API ${version}, OpenAPI`, answers, components: { schemas: sorted(schemas) } }
writeFileSync(target, `${JSON.stringify(subset)}\n`)
execFileSync('node_modules/.bin/biome', ['format', '--write', target])
console.log(`${target}: ${Object.keys(answers).length} routes, ${Object.keys(schemas).length} schemas`)

function routes() {
  const room = 'action/local-github/'
  const tables = readdirSync(room).filter((name) => name.endsWith('routes.table.ts'))
  const table = tables.map((name) => readFileSync(room + name, 'utf8')).join('\n')
  const found = [...table.matchAll(/route\(\s*'([A-Z]+)',\s*'(\/repos\/[^']*)'/g)].map(([, method, path]) => [
    method,
    path,
  ])
  if (found.length === 0) throw new Error(`No route found in ${tables.join(', ')}`)
  return found
}

/** Status → schema of its JSON body; null where the status has none. */
function answersOf(method, path) {
  const operation = description.paths[path]?.[method.toLowerCase()]
  if (!operation) throw new Error(`GitHub has no ${method} ${path}`)
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => {
      const resolved = response.$ref ? description.components.responses[nameIn(response.$ref)] : response
      const content = resolved.content?.['application/json']
      return [status, content ? jsonSchema(Number(status) >= 400 ? anyOfThem(content.schema) : content.schema) : null]
    }),
  )
}

/** GitHub's kinds of errors fit each other, so that none is ever exactly one of them. */
function anyOfThem({ oneOf, ...schema }) {
  return oneOf ? { ...schema, anyOf: oneOf } : schema
}

/** OpenAPI 3.0 writes `nullable`; JSON Schema a type "null". Names of properties are no keywords. */
function jsonSchema(schema) {
  if (Array.isArray(schema)) return schema.map(jsonSchema)
  if (schema === null || typeof schema !== 'object') return schema
  if (schema.$ref) used.add(nameIn(schema.$ref))
  const kept = {}
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || key === 'nullable' || key.startsWith('x-')) continue
    if (key === 'properties') {
      kept.properties = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, jsonSchema(field)]))
    } else kept[key] = ['enum', 'required', 'default', 'const'].includes(key) ? value : jsonSchema(value)
  }
  if (schema.nullable !== true) return kept
  if (!kept.type) return { anyOf: [{ type: 'null' }, kept] }
  return { ...kept, type: [kept.type, 'null'].flat(), ...(kept.enum && { enum: [...kept.enum, null] }) }
}

function nameIn(reference) {
  return reference.split('/').at(-1)
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)))
}
