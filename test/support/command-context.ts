import { silent } from '../../action/base/progress.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'

/** The world of a command that needs a folder and nothing else. */
export function contextIn(folder: string): CommandContext {
  return {
    folder,
    environment: {},
    progress: silent,
    signal: new AbortController().signal,
    now: () => new Date('2025-06-01T12:00:00Z'),
    openGitHub: async () => {
      throw new Error('this command speaks to no GitHub')
    },
  }
}
