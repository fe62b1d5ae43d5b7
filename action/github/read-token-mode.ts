import { readFile } from 'node:fs/promises'

import type { GitHubClient } from './client.ts'
import { decideTokenMode, jobLogin, type JobPermissions, type TokenFacts, type TokenMode } from './token-mode.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Asks who the token is, in at most two calls that write nothing, before anything is done with it. `permissions`: what the
 * job of the workflow declares; undefined where that cannot be seen. `asksSetting`: whether Actions may open pull requests, too.
 */
export async function readTokenMode(
  client: GitHubClient,
  environment: Environment,
  permissions: JobPermissions | undefined,
  asksSetting = true,
): Promise<TokenMode> {
  const { isEmbedded, token } = client.connection
  const issuedTo = holderIn(token)
  const isTold = isEmbedded || (issuedTo !== undefined && issuedTo !== 'installation')
  const login = isTold ? undefined : await askLogin(client)
  const facts: TokenFacts = {
    isEmbedded,
    login,
    issuedTo,
    origin: originOf(environment, await readEvent(environment)),
    permissions,
    mayActionsOpenPulls: undefined,
  }
  const mode = decideTokenMode(facts)
  return mode.kind === 'job' && asksSetting ? { ...mode, mayActionsOpenPulls: await askMayOpenPulls(client) } : mode
}

/** The name that stands on what the token writes; undefined: cannot see with this token. */
export async function readLogin(client: GitHubClient, mode: TokenMode): Promise<string | undefined> {
  switch (mode.kind) {
    case 'job':
    case 'read-only':
      return jobLogin
    case 'embedded':
      return client.connection.owner
    case 'app':
      return mode.login
    case 'person':
    case 'unknown': {
      if (mode.kind === 'person' && mode.login !== undefined) return mode.login
      const asked = await client
        .find('ask GitHub whose token', 'token', ({ rest }) => rest.users.getAuthenticated())
        .catch((error: unknown) => {
          if (isRefusal(error)) return undefined
          throw error
        })
      return asked?.login
    }
  }
}

/** GitHub's tokens begin with what they are; those of the embedded GitHub tell Apps and jobs apart. */
function holderIn(token: string): TokenFacts['issuedTo'] {
  if (/^(?:ghp_|gho_|ghu_|github_pat_|local_user_)/.test(token)) return 'person'
  if (token.startsWith('local_app_')) return 'app'
  if (token.startsWith('local_job_')) return 'job'
  return token.startsWith('ghs_') ? 'installation' : undefined
}

/** REST has no answer for a token of an installation; GraphQL has. */
async function askLogin(client: GitHubClient): Promise<string | undefined> {
  const asked = await client
    .call<unknown>('ask GitHub whose token', 'token', async (octokit) => ({
      data: await octokit.graphql('query { viewer { login } }'),
    }))
    .catch((error: unknown) => {
      if (isRefusal(error)) return undefined
      throw error
    })
  return viewerIn(asked)
}

/** An API without GraphQL, or one that does not answer this token, tells nothing; whatever else goes wrong is told. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return (
    error.name === 'GraphqlResponseError' ||
    code === 'github/forbidden' ||
    code === 'github/not-found' ||
    code === 'github/unsupported' ||
    code === 'github/refused'
  )
}

async function askMayOpenPulls(client: GitHubClient): Promise<boolean | undefined> {
  const asked = await client
    .find('read the setting', 'Allow GitHub Actions to create and approve pull requests', ({ rest }, repository) =>
      rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(repository),
    )
    .catch((error: unknown) => {
      if (isRefusal(error)) return undefined
      throw error
    })
  return asked?.can_approve_pull_request_reviews
}

/** A pull request from a fork has its head in another repository, or in one that is gone. */
function originOf(environment: Environment, event: unknown): TokenFacts['origin'] {
  const { GITHUB_ACTOR: actor, GITHUB_EVENT_NAME: name, GITHUB_REPOSITORY: here } = environment
  if (actor === 'dependabot[bot]' && name !== 'pull_request_target' && name !== 'workflow_run') return 'dependabot'
  if (name === undefined || !/^pull_request(?:_review|_review_comment)?$/.test(name)) return 'repository'
  const head = fieldsIn(fieldsIn(fieldsIn(event)['pull_request'])['head'])
  if (!('repo' in head)) return 'repository'
  return fieldsIn(head['repo'])['full_name'] === here ? 'repository' : 'fork'
}

async function readEvent({ GITHUB_EVENT_PATH: path }: Environment): Promise<unknown> {
  if (!path) return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function viewerIn(answer: unknown): string | undefined {
  const { login } = fieldsIn(fieldsIn(answer)['viewer'])
  return typeof login === 'string' ? login : undefined
}

function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
