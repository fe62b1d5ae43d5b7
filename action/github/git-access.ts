import type { GitHubConnection } from './connection.ts'

/**
 * The environment in which git talks to a connection's repository with its token, and asks nobody. Git's own settings of
 * proxies and certificates hold for a real GitHub; nothing stands between here and the embedded one.
 */
export function gitAccess(connection: GitHubConnection): NodeJS.ProcessEnv {
  const { isEmbedded, environment } = connection
  const settings = [
    ['http.extraHeader', `Authorization: ${gitAuthorization(connection)}`],
    ...(isEmbedded ? [['http.proxy', '']] : []),
    ['credential.helper', ''],
  ]
  // By the environment: a command line can be read by everybody on the machine.
  const configuration = settings.flatMap(([key = '', value = ''], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return {
    ...(environment ?? process.env),
    ...Object.fromEntries(configuration),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...(isEmbedded && { NO_PROXY: '127.0.0.1' }),
  }
}

/** How git's own way in is asked: unlike the API it takes a token as a password alone. */
export function gitAuthorization({ token }: Pick<GitHubConnection, 'token'>): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
}

/** The same for a repository that we made ourselves: what a hook says of the one that it stands in does not hold there. */
export function ownGitAccess(connection: GitHubConnection): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(gitAccess(connection)).filter(([name]) => !placesOfGit.has(name)))
}

const placesOfGit = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_COMMON_DIR'])
