import { canonicalJson } from '../base/canonical-json.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Allocation } from './allocate.ts'

export interface ProvenanceSource {
  readonly record: RunRecord
  readonly allocation: Allocation
  readonly owner: string
  readonly repository: string
}

interface Subject {
  readonly name: string
  readonly sha256: string
}

const project = 'https://github.com/plumbline-ml/plumbline'

/**
 * What these files were made of, as an in-toto statement (v1) with a SLSA provenance predicate (v1), in canonical JSON.
 * It is not signed: it lets a reader check that bytes and inputs belong together, not who says so; it says that itself.
 */
export function provenanceStatement(source: ProvenanceSource, subjects: readonly Subject[]): string {
  const { record, allocation, owner, repository } = source
  const { builtFrom, environment } = record
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${project}/run/v1`,
        externalParameters: {
          model: record.model,
          version: allocation.version,
          params: { ...record.params },
          seed: record.seed,
          trigger: { ...record.trigger },
        },
        internalParameters: {
          runKey: record.runKey,
          stages: record.stages.map(({ name, key, cacheKey }) => ({ name, key, cacheKey })),
          python: environment.python,
          system: environment.system,
        },
        resolvedDependencies: [
          { uri: `pkg:github/${owner}/${repository}@${allocation.commit}`, digest: { gitCommit: allocation.commit } },
          { name: 'data.lock.yaml', digest: { sha256: record.data.digest } },
          ...(environment.requirements === null
            ? []
            : [{ name: 'requirements', digest: { sha256: environment.requirements } }]),
          ...(environment.setup === undefined
            ? []
            : [{ name: 'environment setup', digest: { sha256: environment.setup } }]),
          ...Object.entries(environment.containers ?? {}).map(([stage, image]) => ({
            name: `container of ${stage}`,
            uri: `docker://${image}`,
            digest: { sha256: image.slice(image.lastIndexOf(':') + 1) },
          })),
          ...(builtFrom === null
            ? []
            : [{ name: 'built from', digest: { gitCommit: builtFrom.head, gitTree: builtFrom.tree } }]),
        ],
      },
      runDetails: {
        builder: { id: `${project}/${builtFrom === null ? 'cli' : 'action'}` },
        metadata: {
          ...(builtFrom !== null && {
            invocationId: `${owner}/${repository}/actions/runs/${builtFrom.runId}/attempts/${builtFrom.attempt}`,
          }),
          startedOn: record.startedAt,
          finishedOn: record.finishedAt,
        },
      },
      plumbline_label: 'integrity, not authenticity: this statement is not signed',
    },
  }
  return `${canonicalJson(statement)}\n`
}
