import type { Json } from '../base/canonical-json.ts'
import { appResource } from './app-resource.ts'
import type { Forge } from './exchange.ts'
import { nodeId, pageOf } from './resources.ts'
import type { StoredAnnotation, StoredCheckRun } from './stored-checks.ts'

export function checkRunResource(forge: Forge, run: StoredCheckRun): Record<string, Json> {
  const url = `${forge.repositoryUrl}/check-runs/${run.id}`
  const page = `${pageOf(forge)}/runs/${run.id}`
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    external_id: run.externalId ?? '',
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: null,
    app: appResource(forge, run.app, run.startedAt),
    pull_requests: [],
  }
}

export function annotationResource(forge: Forge, run: StoredCheckRun, annotation: StoredAnnotation): Json {
  const path = annotation.path.split('/').map(encodeURIComponent).join('/')
  return {
    path: annotation.path,
    blob_href: `${pageOf(forge)}/blob/${run.sha}/${path}`,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
  }
}
