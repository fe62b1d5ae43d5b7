import { canonicalJson, type Json } from '../base/canonical-json.ts'
import { nameUuid } from '../base/name-uuid.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { RunRecord } from '../pipeline/run-record.ts'

/** A run that a record tells of, and what was released of it: asset → SHA-256, null where nobody computed one. */
export interface TracedRun {
  readonly run: RunRecord
  readonly assets: Readonly<Record<string, string | null>>
}

type Repository = Pick<GitHubConnection, 'gitUrl' | 'isEmbedded' | 'owner' | 'repository'>

/** The file beside a record that holds the events of its run. */
export function lineagePath(seq: number): string {
  return `openlineage/${Math.floor(seq / 1000)}/${seq}.ndjson`
}

/**
 * A run as OpenLineage run events (2-0-2), one a line: its start, and how it ended. A run that the gates refused is complete, and
 * has no output. They follow from the run alone, so that the same run has the same events; what no field of the standard says
 * exactly is left to the record.
 */
export function lineageEvents({ run, assets }: TracedRun, repository: Repository): string {
  const { runKey, startedAt, finishedAt, outcome } = run
  const namespace = namespaceOf(repository)
  const common = {
    producer,
    schemaURL: `${spec}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
    run: { runId: nameUuid(`${producer}/run/${runKey}/${startedAt}`) },
    job: { namespace, name: run.model, facets: jobFacets(run, repository) },
    inputs: [inputOf(run, namespace)],
  }
  const events: readonly Json[] = [
    { ...common, eventType: 'START', eventTime: startedAt, outputs: [] },
    { ...common, eventType: ends[outcome], eventTime: finishedAt, outputs: outputsOf(run, assets, namespace) },
  ]
  return events.map((event) => `${canonicalJson(event)}\n`).join('')
}

const producer = 'https://github.com/plumbline-ml/plumbline'
const spec = 'https://openlineage.io/spec'

const ends = { passed: 'COMPLETE', refused: 'COMPLETE', failed: 'FAIL', interrupted: 'ABORT' } as const

/** The embedded GitHub has another address each time. */
function namespaceOf({ gitUrl, isEmbedded, owner, repository }: Repository): string {
  return isEmbedded ? `plumbline://embedded/${owner}/${repository}` : gitUrl.replace(/\.git$/, '')
}

function jobFacets({ code }: RunRecord, repository: Repository): Json {
  const { gitUrl, isEmbedded } = repository
  const type = { processingType: 'BATCH', integration: 'PLUMBLINE', jobType: 'TRAINING' }
  const isCommitted = code.commit !== null && code.uncommitted === 0 && !isEmbedded
  const page = `${gitUrl.replace(/\.git$/, '')}/tree/${code.commit}`
  return {
    jobType: facet('2-0-3/JobTypeJobFacet', type),
    ...(isCommitted && {
      sourceCodeLocation: facet('1-0-1/SourceCodeLocationJobFacet', {
        ...{ type: 'git', url: page, repoUrl: gitUrl, version: code.commit },
      }),
    }),
  }
}

function inputOf({ model, data }: RunRecord, namespace: string): Json {
  return {
    namespace,
    name: `${model}/data.lock.yaml`,
    facets: { version: versionFacet(data.digest) },
    inputFacets: {
      inputStatistics: facet('1-0-0/InputStatisticsInputDatasetFacet', { rowCount: data.rows, fileCount: data.files }),
    },
  }
}

function outputsOf({ model }: RunRecord, assets: TracedRun['assets'], namespace: string): readonly Json[] {
  return Object.keys(assets)
    .sort()
    .map((name) => {
      const digest = assets[name] ?? null
      return { namespace, name: `${model}/${name}`, facets: digest === null ? {} : { version: versionFacet(digest) } }
    })
}

function versionFacet(digest: string): Json {
  return facet('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: `sha256:${digest}` })
}

/** `name`: `<version>/<facet>`, as the standard's address has it. */
function facet(name: string, fields: { readonly [key: string]: Json }): Json {
  const definition = name.slice(name.indexOf('/') + 1)
  return { _producer: producer, _schemaURL: `${spec}/facets/${name}.json#/$defs/${definition}`, ...fields }
}
