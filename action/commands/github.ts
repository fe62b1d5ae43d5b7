import { once } from 'node:events'

import { Fault } from '../base/fault.ts'
import type { ServedReport } from '../report/report-served.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { integer } from './fields.ts'

export const github = defineCommand({
  name: 'github',
  group: 'retrain',
  summary:
    'Serve the embedded GitHub of this repository, with a web page to look at and merge pull requests; Ctrl-C ends it.',
  example: 'plumbline github --port 8080',
  inputs: {
    port: integer({
      description: 'Where to listen, on this machine alone',
      default: 'any that is free',
      example: '8080',
    }),
  },
  outputs: {},
  permissions: {},
  effects: ['reads-repository', 'writes-files', 'pushes-commits', 'writes-releases'],
  isTerminalOnly: true,

  async run({ port }, context): Promise<Outcome<ServedReport>> {
    const { repositoryFolder } = await import('../registry/local-git.ts')
    if (!context.serveGitHub) {
      throw new Fault('cli/terminal-only', 'Cannot serve the embedded GitHub here: no terminal; expected one', {
        remedy: 'Run it on a laptop: plumbline github',
      })
    }
    if (port !== undefined && port > 65_535) {
      throw new Fault('cli/bad-input', `Cannot read --port: it is ${port}; expected at most 65535`, {
        remedy: 'Leave it out: a free one is found.',
      })
    }
    const tell = (line: string) => context.progress.note(`${context.now().toISOString().slice(11, 19)} ${line}`)
    const served = await context.serveGitHub(await repositoryFolder(context.folder), { port: port ?? 0, tell })
    const { webUrl, apiUrl, gitUrl, owner, repository } = served
    return {
      kind: 'done',
      result: { repository: `${owner}/${repository}`, webUrl, apiUrl, gitUrl },
      stay: async () => {
        if (!context.signal.aborted) await once(context.signal, 'abort')
        await served[Symbol.asyncDispose]()
      },
    }
  },

  async report(result) {
    const { reportServed } = await import('../report/report-served.ts')
    return reportServed(result)
  },
})
