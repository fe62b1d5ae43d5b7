import { Fault } from '../base/fault.ts'
import type { GitHubConnection } from './connection.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * GitHub as a workflow's environment names it. The token is the action's input, else `GITHUB_TOKEN`.
 * Faults: `github/no-token`, `github/bad-environment`.
 */
export function connectionFromEnvironment(environment: Environment): GitHubConnection {
  const apiUrl = addressIn(environment, 'GITHUB_API_URL', 'https://api.github.com')
  const serverUrl = addressIn(environment, 'GITHUB_SERVER_URL', 'https://github.com')
  const [owner, repository] = repositoryIn(environment)
  const token = environment['INPUT_TOKEN'] || environment['GITHUB_TOKEN']
  if (!token) {
    throw new Fault('github/no-token', `Cannot talk to "${apiUrl}": there is no token; expected one`, {
      remedy: 'Give the step the input token: ${{ github.token }}, or set GITHUB_TOKEN.',
    })
  }
  return {
    apiUrl,
    gitUrl: `${serverUrl}/${owner}/${repository}.git`,
    token,
    owner,
    repository,
    isEmbedded: false,
    environment,
    [Symbol.asyncDispose]: async () => {},
  }
}

function repositoryIn(environment: Environment): readonly [string, string] {
  const text = environment['GITHUB_REPOSITORY'] ?? ''
  const [, owner, repository] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? []
  if (owner !== undefined && repository !== undefined) return [owner, repository]
  throw new Fault(
    'github/bad-environment',
    `Cannot use GITHUB_REPOSITORY "${text}": it names no repository; expected OWNER/NAME`,
    {
      remedy: 'In a workflow the runner sets it; elsewhere set it beside GITHUB_API_URL.',
    },
  )
}

function addressIn(environment: Environment, name: string, fallback: string): string {
  const text = environment[name] || fallback
  const isAddress = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  if (isAddress) return text.replace(/\/+$/, '')
  throw new Fault(
    'github/bad-environment',
    `Cannot use ${name} "${text}": it is no address; expected one like ${fallback}`,
    {
      remedy: `Set ${name} to an http or https address, or unset it.`,
    },
  )
}
