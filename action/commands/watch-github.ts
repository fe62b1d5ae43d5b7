import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { foreignOwnFolder, ownFolder } from '../base/own-folder.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { Traffic, Watch } from '../github/watch.ts'
import { wordRenamed, wordWait } from '../report/word-traffic.ts'

/** A shorter wait is not worth a line. */
const quietMs = 2000

/** A connection whose waits are told, whose calls are counted into `traffic`, and whose answers are kept beside the project. */
export async function watchGitHub(
  connection: GitHubConnection,
  repositoryFolder: string,
  progress: Progress,
  traffic: Traffic,
): Promise<GitHubConnection> {
  const answersFolder = await ownAnswersFolder(repositoryFolder)
  const watch: Watch = {
    traffic,
    onWait: (wait) => {
      if (wait.ms > quietMs) progress.note(wordWait(wait))
    },
    onRenamed: (names) => progress.warn(wordRenamed(names)),
    ...(answersFolder !== undefined && { answersFolder }),
  }
  return { ...connection, watch }
}

/** Where Plumbline has a folder already: reading something of GitHub makes none. What a repository brought along is no answer. */
async function ownAnswersFolder(repositoryFolder: string): Promise<string | undefined> {
  if (!existsSync(join(repositoryFolder, ownFolder))) return undefined
  const isForeign = (await foreignOwnFolder(repositoryFolder)) !== undefined
  return isForeign ? undefined : join(repositoryFolder, ownFolder, 'github-answers')
}
