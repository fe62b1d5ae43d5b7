#!/usr/bin/env node
import { isatty } from 'node:tty'

import { version } from './base/version.ts'

const words = process.argv.slice(2)
if (words.length === 1 && words[0] === '--version') process.stdout.write(`${version}\n`)
else process.exitCode = await answer()

async function answer(): Promise<number> {
  const { answerTerminal } = await import('./commands/answer-terminal.ts')
  const { commandTable } = await import('./commands/command-table.ts')
  survivePipes()
  return await answerTerminal(words, {
    table: commandTable,
    overview: async () => (await import('./commands/overview.generated.ts')).overview,
    folder: process.cwd(),
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interruption(),
    openDialogue: () =>
      isatty(0) && process.stderr.isTTY ? { input: process.stdin, output: process.stderr } : undefined,
    openGitHub,
    serveGitHub,
  })
}

async function openGitHub(repositoryFolder: string, apiUrl: string | undefined) {
  const url = apiUrl ?? process.env['GITHUB_API_URL'] ?? ''
  if (url !== '') {
    const { connectionFromEnvironment } = await import('./github/real-connection.ts')
    return { ...connectionFromEnvironment({ ...process.env, GITHUB_API_URL: url }), workFolder: repositoryFolder }
  }
  const { openLocalGitHub } = await import('./local-github/open-local-github.ts')
  return await openLocalGitHub(repositoryFolder)
}

async function serveGitHub(
  repositoryFolder: string,
  options: { readonly port: number; readonly tell: (line: string) => void },
) {
  const { openLocalGitHub } = await import('./local-github/open-local-github.ts')
  const github = await openLocalGitHub(repositoryFolder, options)
  return { ...github, webUrl: github.webUrl ?? github.serverUrl }
}

/** The first signal asks the command to stop and clean up; the second stops the process. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort()
    })
  }
  return controller.signal
}

/** `plumbline run | head` closes the pipe; the work goes on without it. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
