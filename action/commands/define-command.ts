import type { Ask } from '../base/ask.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { HiddenTexts } from '../base/hidden-texts.ts'
import type { Progress } from '../base/progress.ts'
import type { Patience } from '../data/sources/retry-delay.ts'
import type { Web } from '../data/sources/web.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import type { SharedCache } from '../github/runner/shared-cache.ts'
import type { Report } from '../report/report.ts'
import type { Field } from './fields.ts'

/** What a command may do outside its own process; the docs and the workflows' permissions follow from it. */
export type Effect =
  | 'reads-repository'
  | 'writes-files'
  | 'runs-user-code'
  | 'pushes-commits'
  | 'writes-releases'
  | 'writes-comments'
  | 'changes-settings'

/** The parts of the loop, in the order in which `--help` shows them. */
export const commandGroups = ['data', 'model', 'retrain', 'rollout'] as const

export type Fields = Readonly<Record<string, Field<unknown>>>

/** Exactly what is declared, so that reading an undeclared input does not compile. */
export type InputsOf<Declared extends Fields> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Field<infer Value> ? Value : never
}

/** Starts serving the embedded GitHub of a repository; `port` 0: any that is free. */
export type ServeGitHub = (
  repositoryFolder: string,
  options: { readonly port: number; readonly tell: (line: string) => void },
) => Promise<ServedGitHub>

export interface ServedGitHub extends GitHubConnection {
  /** Lets the browser in that opens it. */
  readonly webUrl: string
}

/** What a door gives a command: the world, as far as the command may see it. */
export interface CommandContext {
  /** The folder in which the command was started, absolute. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  /** Aborted when the user or the runner interrupts. */
  readonly signal: AbortSignal
  readonly now: () => Date
  /** Connects to GitHub, or to the embedded one, and says to whom. The caller disposes of it. */
  readonly openGitHub: (repositoryFolder: string) => Promise<GitHubConnection>
  /** Serves the embedded GitHub with its web view; `tell` gets a line for what is done there. Only on a terminal. */
  readonly serveGitHub?: ServeGitHub
  /** Asks the person who started the command; only on a terminal where somebody sits. */
  readonly ask?: Ask
  /** The workflow run's artifacts; only in a workflow. */
  readonly artifacts?: ArtifactStore
  /** What runs of the workflow leave for one another; only in a workflow, where the runner offers it. */
  readonly sharedCache?: SharedCache
  /** What the command tells the door to show nobody. */
  readonly hidden?: HiddenTexts
  /** How remote sources are asked; without it, as they are: over https. */
  readonly web?: Web
  /** How long they are waited for; without it, as long as a person would. */
  readonly patience?: Patience
}

/** How a command ended, faults aside: done, a verdict that says no, or diagnostics in the user's files or data. */
export type Outcome<Result> =
  | {
      readonly kind: 'done'
      readonly result: Result
      /** What goes on after the result was told, until somebody interrupts it; that is then no fault. */
      readonly stay?: () => Promise<void>
    }
  | { readonly kind: 'no'; readonly result: Result }
  | { readonly kind: 'diagnosed'; readonly diagnostics: readonly Diagnostic[]; readonly result?: Result }

export interface Command<Declared extends Fields = Fields, Result = unknown> {
  /** As typed: `plumbline run`, `command: run`. */
  readonly name: string
  readonly group: (typeof commandGroups)[number]
  /** One sentence, in the imperative. */
  readonly summary: string
  readonly example: string
  readonly inputs: Declared
  /** Step outputs: name and meaning. */
  readonly outputs: Readonly<Record<string, string>>
  /** What the job's token must be allowed. */
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>
  readonly effects: readonly Effect[]
  /** It serves a person who sits there; a workflow cannot run it. */
  readonly isTerminalOnly?: true
  /** In a workflow a `no` of it does not fail the step: the next step reads the output `verdict`. */
  readonly isAdvisory?: true
  /** Rooms are imported inside, so that a command loads nothing of the others. */
  run(inputs: InputsOf<Declared>, context: CommandContext): Promise<Outcome<Result>>
  /** Words for people, and the values of the declared step outputs. */
  report(result: Result): Promise<Report>
}

/** What `--help` shows of a command in its line. */
export type CommandSummary = Pick<Command, 'name' | 'group' | 'summary'>

/** Commands by name, each loaded on its own. */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>

/** Adds nothing at run time; it ties the types of `run` and `report` to the declared inputs. */
export function defineCommand<const Declared extends Fields, Result>(
  command: Command<Declared, Result>,
): Command<Declared, Result> {
  return command
}
