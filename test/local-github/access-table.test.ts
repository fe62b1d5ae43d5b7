import { describe, expect, test } from 'vitest'

import { type Access, neverInJobs, type Permission, type Permissions } from '../../action/local-github/access.ts'
import { refuseAccess } from '../../action/local-github/decide-access.ts'
import { apiRoutes } from '../../action/local-github/routes.table.ts'
import { type Call, caller, testGitHub } from '../support/local-github.ts'

/**
 * Route; the permission that GitHub's "Permissions required for GitHub Apps" asks for; what these are answered in a public and in a
 * private repository, where + may: nobody, a reader, a writer, a job without permissions, a fork's job that asked for everything.
 */
const rows: readonly (readonly [route: string, accepted: string, inPublic: string, inPrivate: string])[] = [
  ['GET /branches', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /branches/{branch}/protection', 'administration=read', '401 404 404 403 403', '404 404 404 403 403'],
  ['PUT /branches/{branch}/protection', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['DELETE /branches/{branch}/protection', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /branches/{branch}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /rules/branches/{branch}', 'metadata=read', '+ + + + +', '404 + + + +'],
  ['GET /rulesets', 'metadata=read', '+ + + + +', '404 + + + +'],
  ['POST /rulesets', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /rulesets/{ruleset_id}', 'metadata=read', '+ + + + +', '404 + + + +'],
  ['PUT /rulesets/{ruleset_id}', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['DELETE /rulesets/{ruleset_id}', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /immutable-releases', 'administration=read', '401 404 404 403 403', '404 404 404 403 403'],
  ['PUT /immutable-releases', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['DELETE /immutable-releases', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /actions/permissions', 'administration=read', '401 404 404 403 403', '404 404 404 403 403'],
  ['PUT /actions/permissions', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /actions/permissions/workflow', 'administration=read', '401 404 404 403 403', '404 404 404 403 403'],
  ['PUT /actions/permissions/workflow', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /actions/variables', 'actions_variables=read', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/secrets', 'secrets=read', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /statuses/{sha}', 'statuses=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /commits/{ref}/statuses', 'statuses=read', '+ + + + +', '404 + + 403 +'],
  ['GET /commits/{ref}/status', 'statuses=read', '+ + + + +', '404 + + 403 +'],
  ['GET /commits/{ref}/check-runs', 'checks=read', '+ + + + +', '404 + + 403 +'],
  ['POST /check-runs', 'checks=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /check-runs/{check_run_id}', 'checks=read', '+ + + + +', '404 + + 403 +'],
  ['PATCH /check-runs/{check_run_id}', 'checks=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /check-runs/{check_run_id}/annotations', 'checks=read', '+ + + + +', '404 + + 403 +'],
  ['POST /dispatches', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/workflows', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/workflows/{workflow_id}', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['PUT /actions/workflows/{workflow_id}/enable', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['PUT /actions/workflows/{workflow_id}/disable', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /actions/workflows/{workflow_id}/dispatches', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/workflows/{workflow_id}/runs', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/runs', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/runs/{run_id}', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/runs/{run_id}/jobs', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/runs/{run_id}/artifacts', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['POST /actions/runs/{run_id}/rerun', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /actions/runs/{run_id}/rerun-failed-jobs', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /actions/runs/{run_id}/cancel', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /actions/runs/{run_id}/approve', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/artifacts', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /actions/artifacts/{artifact_id}', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['DELETE /actions/artifacts/{artifact_id}', 'actions=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/artifacts/{artifact_id}/{archive_format}', 'actions=read', '401 + + 403 +', '404 + + 403 +'],
  ['GET /deployments', 'deployments=read', '+ + + + +', '404 + + 403 +'],
  ['POST /deployments', 'deployments=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /deployments/{deployment_id}', 'deployments=read', '+ + + + +', '404 + + 403 +'],
  ['DELETE /deployments/{deployment_id}', 'deployments=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /deployments/{deployment_id}/statuses', 'deployments=read', '+ + + + +', '404 + + 403 +'],
  ['POST /deployments/{deployment_id}/statuses', 'deployments=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /deployments/{deployment_id}/statuses/{status_id}', 'deployments=read', '+ + + + +', '404 + + 403 +'],
  ['GET /environments', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /environments/{environment_name}', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['PUT /environments/{environment_name}', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['DELETE /environments/{environment_name}', 'administration=write', '401 404 403 403 403', '404 404 403 403 403'],
  ['GET /environments/{environment_name}/deployment-branch-policies', 'actions=read', '+ + + + +', '404 + + 403 +'],
  [
    'POST /environments/{environment_name}/deployment-branch-policies',
    'administration=write',
    '401 404 403 403 403',
    '404 404 403 403 403',
  ],
  [
    'DELETE /environments/{environment_name}/deployment-branch-policies/{branch_policy_id}',
    'administration=write',
    '401 404 403 403 403',
    '404 404 403 403 403',
  ],
  ['GET /actions/runs/{run_id}/pending_deployments', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['POST /actions/runs/{run_id}/pending_deployments', 'deployments=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /actions/runs/{run_id}/approvals', 'actions=read', '+ + + + +', '404 + + 403 +'],
  ['GET /pulls', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /pulls', 'pull_requests=write', '401 + + 403 403', '404 + + 403 403'],
  ['GET /pulls/{pull_number}', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['PATCH /pulls/{pull_number}', 'pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET ', 'metadata=read', '+ + + + +', '404 + + + +'],
  ['GET /commits', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /commits/{ref}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /contents/{path}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /tarball/{ref}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /git/ref/{ref}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /git/matching-refs/{ref}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /git/refs', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['PATCH /git/refs/{ref}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['DELETE /git/refs/{ref}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['POST /git/blobs', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /git/blobs/{file_sha}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /git/trees', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /git/trees/{tree_sha}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /git/commits', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /git/commits/{commit_sha}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /releases', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /releases', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /releases/tags/{tag}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['GET /releases/assets/{asset_id}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['DELETE /releases/assets/{asset_id}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /releases/{release_id}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['PATCH /releases/{release_id}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['DELETE /releases/{release_id}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /releases/{release_id}/assets', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /releases/{release_id}/assets', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /pulls/{pull_number}/files', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['GET /pulls/{pull_number}/commits', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['GET /pulls/{pull_number}/merge', 'pull_requests=read; contents=read', '+ + + + +', '404 + + 403 +'],
  ['PUT /pulls/{pull_number}/merge', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['PUT /pulls/{pull_number}/update-branch', 'pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /pulls/{pull_number}/reviews', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /pulls/{pull_number}/reviews', 'pull_requests=write', '401 + + 403 403', '404 + + 403 403'],
  [
    'PUT /pulls/{pull_number}/reviews/{review_id}/dismissals',
    'pull_requests=write',
    '401 404 + 403 403',
    '404 404 + 403 403',
  ],
  ['GET /commits/{commit_sha}/pulls', 'pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['GET /issues', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /issues', 'issues=write', '401 + + 403 403', '404 + + 403 403'],
  ['GET /issues/comments', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['GET /issues/comments/{comment_id}', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  [
    'PATCH /issues/comments/{comment_id}',
    'issues=write; pull_requests=write',
    '401 404 + 403 403',
    '404 404 + 403 403',
  ],
  [
    'DELETE /issues/comments/{comment_id}',
    'issues=write; pull_requests=write',
    '401 404 + 403 403',
    '404 404 + 403 403',
  ],
  ['GET /issues/{issue_number}', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['PATCH /issues/{issue_number}', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /issues/{issue_number}/comments', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /issues/{issue_number}/comments', 'issues=write; pull_requests=write', '401 + + 403 403', '404 + + 403 403'],
  ['GET /issues/{issue_number}/labels', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /issues/{issue_number}/labels', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['PUT /issues/{issue_number}/labels', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  [
    'DELETE /issues/{issue_number}/labels',
    'issues=write; pull_requests=write',
    '401 404 + 403 403',
    '404 404 + 403 403',
  ],
  [
    'DELETE /issues/{issue_number}/labels/{name}',
    'issues=write; pull_requests=write',
    '401 404 + 403 403',
    '404 404 + 403 403',
  ],
  ['GET /labels', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['POST /labels', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /labels/{name}', 'issues=read; pull_requests=read', '+ + + + +', '404 + + 403 +'],
  ['PATCH /labels/{name}', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['DELETE /labels/{name}', 'issues=write; pull_requests=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['PUT /contents/{path}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['DELETE /contents/{path}', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /compare/{basehead}', 'contents=read', '+ + + + +', '404 + + 403 +'],
  ['POST /merges', 'contents=write', '401 404 + 403 403', '404 404 + 403 403'],
  ['GET /tags', 'metadata=read', '+ + + + +', '404 + + + +'],
]

const permissions: readonly Permission[] = [
  'actions',
  'actions_variables',
  'administration',
  'checks',
  'contents',
  'deployments',
  'environments',
  'issues',
  'metadata',
  'pull_requests',
  'secrets',
  'statuses',
  'workflows',
]
const askedByFork = granting(permissions.filter((permission) => !neverInJobs.includes(permission)))
const holders = [
  { kind: 'none' },
  { kind: 'user', login: 'eve', role: 'read' },
  { kind: 'user', login: 'grace', role: 'write' },
  { kind: 'job', origin: 'repository', permissions: {} },
  { kind: 'job', origin: 'fork', permissions: askedByFork },
] as const satisfies readonly Access[]

function granting(names: readonly Permission[], level: 'read' | 'write' = 'write'): Permissions {
  return Object.fromEntries(names.map((name) => [name, level]))
}

function decided(route: string, access: Access, isPrivate: boolean): string {
  const [method = '', path = ''] = route.split(' ')
  const template = `/repos/{owner}/{repo}${path}`
  const refused = refuseAccess({ access, method, template, isPrivate, mayJobsOpenPulls: true })
  return refused ? String(refused.status) : '+'
}

describe('refuseAccess()', () => {
  test.each(rows)('%s', (route, accepted, inPublic, inPrivate) => {
    expect(holders.map((access) => decided(route, access, false)).join(' ')).toBe(inPublic)
    expect(holders.map((access) => decided(route, access, true)).join(' ')).toBe(inPrivate)

    const needed = accepted.split('; ').map((one) => one.split('=') as [Permission, 'read' | 'write'])
    for (const [permission, level] of needed) {
      const app = { kind: 'app', slug: 'a', permissions: granting([permission], level) } as const
      expect(decided(route, app, true), `with ${permission}`).toBe('+')
    }
    const others = permissions.filter((name) => name !== 'metadata' && !needed.some(([known]) => known === name))
    const app = { kind: 'app', slug: 'a', permissions: granting(others) } as const
    expect(decided(route, app, true)).toBe(accepted.startsWith('metadata') ? '+' : '403')
    expect(decided(route, { kind: 'user', login: 'acme', role: 'admin' }, true)).toBe('+')
  })

  test('has a row for every route', () => {
    const known = new Set(rows.map(([route]) => route))
    const routes = apiRoutes.map(({ method, path }) => `${method} ${path.slice('/repos/{owner}/{repo}'.length)}`)
    expect(routes.filter((route) => !known.has(route))).toEqual([])
  })
})

describe('answerRequest()', () => {
  test('refuses over HTTP as decided, and names the permission', { timeout: 60_000 }, async () => {
    await using github = await testGitHub()
    const [, ...others] = holders
    const tokens = await Promise.all(others.map((holder) => github.issueToken(holder)))
    const calls = ['', ...tokens].map((token) => caller(github, token))
    const wrong = []
    for (const row of rows) wrong.push(...(await wrongAnswers(calls, row)))
    expect(wrong).toEqual([])
  })
})

/** Of the refusals of a row those that came otherwise over HTTP. */
async function wrongAnswers(calls: readonly Call[], [route, accepted, inPublic]: (typeof rows)[number]) {
  const [method = '', template = ''] = route.split(' ')
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => (/id$|number$/.test(name) ? '999999' : 'none'))
  const isUpload = route === 'POST /releases/{release_id}/assets'
  const body = isUpload ? Buffer.from('a') : method === 'GET' ? undefined : {}
  const wrong: string[] = []
  for (const [index, expected] of inPublic.split(' ').entries()) {
    const answer = expected === '+' ? undefined : await calls[index]?.(method, path, body)
    if (!answer) continue
    const header = answer.headers.get('x-accepted-github-permissions')
    if (String(answer.status) === expected && header === (index > 2 ? accepted : null)) continue
    wrong.push(`${route} for holder ${index}: ${answer.status} ${header}`)
  }
  return wrong
}
