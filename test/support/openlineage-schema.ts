import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/**
 * What OpenLineage 2-0-2 asks of a run event and of the facets that Plumbline writes, as a schema of its own: fields, whether
 * they must be there, and their formats. Unlike the standard's, it takes no field that is not named.
 */
const uri = { type: 'string', format: 'uri' }
const text = { type: 'string' }
const count = { type: 'integer', minimum: 0 }

function object(fields: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(fields).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties: fields }
}

function facet(fields: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  return object({ _producer: uri, _schemaURL: uri, ...fields }, optional)
}

const version = facet({ datasetVersion: text })
const dataset = { namespace: text, name: text }
const runEvent = object({
  eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
  eventTime: { type: 'string', format: 'date-time' },
  producer: uri,
  schemaURL: uri,
  run: object({ runId: { type: 'string', format: 'uuid' } }),
  job: object({
    namespace: text,
    name: text,
    facets: object(
      {
        jobType: facet({ processingType: text, integration: text, jobType: text }),
        sourceCodeLocation: facet({ type: text, url: uri, repoUrl: text, version: text }),
      },
      ['sourceCodeLocation'],
    ),
  }),
  inputs: {
    type: 'array',
    items: object({
      ...dataset,
      facets: object({ version }),
      inputFacets: object({ inputStatistics: facet({ rowCount: count, fileCount: count }) }),
    }),
  },
  outputs: { type: 'array', items: object({ ...dataset, facets: object({ version }, ['version']) }) },
})

const ajv = new Ajv2020({ strict: true, allErrors: true })
addFormats.default(ajv)
const isRunEvent = ajv.compile(runEvent)

/** What is wrong with it as a run event; empty where nothing is. */
export function runEventErrors(event: unknown): readonly string[] {
  return isRunEvent(event)
    ? []
    : (isRunEvent.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
