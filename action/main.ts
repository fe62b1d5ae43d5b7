import { version } from './base/version.ts'

process.stdout.write(
  `Plumbline ${version} · ${process.env['INPUT_COMMAND']?.replace(/[^a-z-]/g, '?') ?? 'no command'}\n`,
)
process.exitCode = await answer()

async function answer(): Promise<number> {
  const { answerWorkflow } = await import('./commands/answer-workflow.ts')
  const { commandTable } = await import('./commands/command-table.ts')
  const { actionsArtifactStore } = await import('./github/runner/actions-artifact-store.ts')
  const { actionsSharedCache } = await import('./github/runner/actions-shared-cache.ts')
  const sharedCache = actionsSharedCache(process.env)
  return await answerWorkflow({
    table: commandTable,
    folder: process.cwd(),
    environment: process.env,
    write: (text) => void process.stdout.write(text),
    signal: cancellation(),
    artifacts: actionsArtifactStore(process.env),
    ...(sharedCache && { sharedCache }),
    openGitHub: async (repositoryFolder) => {
      const { connectionFromEnvironment } = await import('./github/real-connection.ts')
      return { ...connectionFromEnvironment(process.env), workFolder: repositoryFolder }
    },
  })
}

/** A cancelled run gets SIGINT, and SIGTERM some seconds later. */
function cancellation(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort())
  return controller.signal
}
