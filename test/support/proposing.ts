import { decide } from '../../action/commands/decide.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { propose } from '../../action/commands/propose.ts'
import type { GitHubConnection } from '../../action/github/connection.ts'
import { pushHead } from '../../action/registry/local-git.ts'
import { pinData } from './pin-data.ts'
import { type TestGitHub, testGitHub } from './local-github.ts'
import { commitAll, contextOf } from './registered-project.ts'
import { type TinyOptions, type TinyProject, tinyProject, tinyRows, tinyYaml } from './tiny-project.ts'

export const day = 86_400_000

/** A pinned project, an embedded GitHub that has it, and a clock. */
export interface Proposing extends TinyProject {
  readonly github: TestGitHub
  /** Moved by the test. */
  now: Date
  readonly context: (change?: Partial<CommandContext>) => CommandContext
  readonly propose: (change?: Partial<CommandContext>, inputs?: Partial<ProposeInputs>) => Promise<Proposed>
  readonly decide: () => Promise<string>
  /** Commits data of so many more rows, and pushes it. */
  readonly addRows: (rows: number) => Promise<void>
  readonly pull: (number: number) => Promise<Shown>
  readonly pulls: () => Promise<readonly Shown[]>
}

export interface Shown {
  readonly number: number
  readonly state: string
  readonly title: string
  readonly body: string
  readonly merged_at: string | null
  readonly head: { readonly ref: string; readonly sha: string }
}

type ProposeInputs = Parameters<(typeof propose)['run']>[0]
type ProposeResult = Extract<Awaited<ReturnType<(typeof propose)['run']>>, { kind: 'done' }>['result']
export type Proposed = ProposeResult & { readonly report: Awaited<ReturnType<(typeof propose)['report']>> }

export const proposeInputs: ProposeInputs = { force: false, reason: undefined, 'no-fetch': false }

export const everyTenRows = `${tinyYaml}retrain: { any: [ { new-rows: 10 } ], limits: { cool-down: 0s, refresh: 2d } }\n`

export async function proposing(
  options: TinyOptions & { readonly github?: Parameters<typeof testGitHub>[0] } = {},
): Promise<Proposing> {
  const { github: githubOptions, ...tiny } = options
  const project = await tinyProject({ ...tiny, files: { 'plumbline.yaml': everyTenRows, ...tiny.files } })
  await pinData(project.folder)
  await commitAll(project, 'First')
  const github = await testGitHub(githubOptions)
  await pushHead(github, project.folder)
  let rows = tiny.rows ?? 400
  const world: Proposing = {
    ...project,
    github,
    now: new Date('2025-03-01T12:00:00Z'),
    context: (change = {}) =>
      contextOf(project.folder, { now: () => world.now, openGitHub: async () => keptOpen(github), ...change }),
    async propose(change = {}, inputs = {}) {
      const outcome = await propose.run({ ...proposeInputs, ...inputs }, world.context(change))
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
      return { ...outcome.result, report: await propose.report(outcome.result) }
    },
    async decide() {
      const outcome = await decide.run({ ...proposeInputs }, world.context())
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
      return outcome.result.verdict
    },
    async addRows(more) {
      project.write(`data/from-${rows}.csv`, rowsBetween(rows, rows + more))
      rows += more
      await commitAll(project, 'More')
      await pushHead(github, project.folder)
    },
    pull: async (number) => (await github.call('GET', `/pulls/${number}`)).body as Shown,
    pulls: async () => (await github.call('GET', '/pulls?state=all&direction=asc')).body as Shown[],
  }
  return world
}

/** Rows from one number on to, and without, another. */
export function rowsBetween(from: number, to: number): string {
  const [header = '', ...lines] = tinyRows(to).trim().split('\n')
  return `${[header, ...lines.slice(from)].join('\n')}\n`
}

/** The test ends it, not the command. */
export function keptOpen(connection: GitHubConnection): GitHubConnection {
  const { apiUrl, gitUrl, token, owner, repository, isEmbedded } = connection
  return { apiUrl, gitUrl, token, owner, repository, isEmbedded, [Symbol.asyncDispose]: async () => {} }
}
