import { silent } from '../../action/base/progress.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { pinData } from './pin-data.ts'
import { type TinyOptions, type TinyProject, tinyProject } from './tiny-project.ts'

/** A tiny project that is pinned, committed and run. */
export async function runProject(options: TinyOptions = {}): Promise<TinyProject> {
  const project = await tinyProject(options)
  await pinData(project.folder)
  await commitAll(project, 'First model')
  await rerun(project)
  return project
}

export async function rerun({ folder }: TinyProject): Promise<void> {
  const end = await runPipeline(contextOf(folder))
  if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics))
}

export async function commitAll(project: TinyProject, message: string): Promise<void> {
  await project.git('add', '--all')
  await project.git('commit', '--quiet', '--message', message)
}

/** What the CLI gives a command, with the embedded GitHub of the project. */
export function contextOf(folder: string, change: Partial<CommandContext> = {}): CommandContext {
  return {
    folder,
    environment: { ...process.env, GITHUB_ACTIONS: undefined },
    progress: silent,
    signal: new AbortController().signal,
    now: () => new Date(),
    openGitHub: openLocalGitHub,
    ...change,
  }
}
