import { Fault } from '../base/fault.ts'
import type { ProposedWhy } from '../pipeline/read-trigger.ts'
import type { LedgerRecord } from '../registry/ledger-record.ts'
import type { KnownRun } from '../pipeline/merge-runs.ts'
import type { RecordProblem } from '../pipeline/run-history.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { CostPolicy, Project } from '../project/project.ts'
import type { LedgerRuns } from '../registry/runs-in-ledger.ts'
import type { RunSources } from '../report/word-runs.ts'
import type { CommandContext } from './define-command.ts'

export interface KnownRuns {
  /** From whatever names a version to its tag; other texts come back as they are. */
  readonly named: (text: string) => string
  /** One a run key, newest first. */
  readonly runs: readonly KnownRun[]
  readonly sources: RunSources
}

interface Wanted {
  /** Asks nobody. */
  readonly isLocal: boolean
  /** Of this model alone. */
  readonly model?: string
}

/** Runs of this folder and of the ledger. What cannot be read or asked is warned of and told in `sources`. */
export async function knownRuns(context: CommandContext, { isLocal, model }: Wanted): Promise<KnownRuns> {
  const { mergeRuns } = await import('../pipeline/merge-runs.ts')
  const { readLocalRuns } = await import('../pipeline/run-history.ts')
  const { wordLedger, wordProblem } = await import('../report/word-runs.ts')
  const here = await readLocalRuns(context.folder)
  const { ledger, state } = isLocal ? notAsked : await readLedgerRuns(context)
  const there = await parseBodies(ledger)
  const problems = [...here.problems, ...there.problems]
  const warning = wordLedger(state)
  if (warning !== undefined) context.progress.warn(warning)
  for (const problem of problems) context.progress.warn(wordProblem(problem))
  const runs = mergeRuns(here.records, there.records, ledger.releases)
  const { versionNamed } = await import('../registry/find-version.ts')
  return {
    named: (text) =>
      ledger.aliases.some((alias) => text === alias.name || text === `${alias.model}@${alias.name}`)
        ? (versionNamed(ledger.releases, ledger.aliases, text)?.tag ?? text)
        : text,
    runs: model === undefined ? runs : runs.filter((run) => run.model === model),
    sources: { ledger: state, problems },
  }
}

export interface ProjectRuns extends KnownRuns {
  /** Undefined where its file cannot be read: then the runs are those of all models. */
  readonly project: Project | undefined
  readonly prices: Pick<CostPolicy, 'currency' | 'perMinute'>
}

/** Those of the model of the folder, with what its runs are priced by. */
export async function runsOfProject(context: CommandContext, isLocal: boolean): Promise<ProjectRuns> {
  const { readProject } = await import('../project/read-project.ts')
  const read = await readProject(context.folder)
  const project = read.ok ? read.value : undefined
  const known = await knownRuns(context, { isLocal, ...(project && { model: project.model.name }) })
  return { ...known, project, prices: project?.cost ?? { currency: 'USD', perMinute: {} } }
}

interface Asked {
  readonly ledger: LedgerRuns
  readonly state: RunSources['ledger']
}

const nothing: LedgerRuns = { runs: [], releases: [], aliases: [] }
const notAsked: Asked = { ledger: nothing, state: { kind: 'not asked' } }

async function readLedgerRuns(context: CommandContext): Promise<Asked> {
  try {
    const ledger = await ledgerRuns(context)
    return { ledger, state: { kind: 'read', runs: ledger.runs.length } }
  } catch (error) {
    if (context.signal.aborted || !(error instanceof Fault) || error.owner === 'bug') throw error
    return { ledger: nothing, state: { kind: 'cannot see', code: error.code, message: error.message } }
  }
}

/** What the ledger of the repository holds of runs. Faults: those of the client, and `registry/ledger-broken`. */
export async function ledgerRuns(context: CommandContext): Promise<LedgerRuns> {
  const { runsInLedger } = await import('../registry/runs-in-ledger.ts')
  return runsInLedger(await ledgerRecords(context))
}

async function ledgerRecords(context: CommandContext): Promise<readonly LedgerRecord[]> {
  const { openGitHubClient } = await import('../github/client.ts')
  const { readLedger } = await import('../registry/ledger.ts')
  const { repositoryFolder } = await import('../registry/local-git.ts')
  await using connection = await context.openGitHub(await repositoryFolder(context.folder))
  const client = await openGitHubClient(connection, context.signal)
  return (await readLedger(client)).records
}

/** Why data was proposed, as long as no other run of it is on record: a later change of the code is no retraining. */
export async function readWhyProposed(
  context: CommandContext,
  { model, dataDigest, runKey }: { readonly model: string; readonly dataDigest: string; readonly runKey: string },
): Promise<ProposedWhy | undefined> {
  const { proposedIn } = await import('../registry/record-proposed.ts')
  const { runsInLedger } = await import('../registry/runs-in-ledger.ts')
  const records = await ledgerRecords(context)
  const known = await parseBodies(runsInLedger(records))
  const isOther = known.records.some(
    (run) => run.model === model && run.data.digest === dataDigest && run.runKey !== runKey,
  )
  return isOther ? undefined : proposedIn(records, model).findLast((one) => one.dataDigest === dataDigest)
}

/** The records of a ledger's runs, checked. */
export async function parseBodies({ runs }: LedgerRuns): Promise<{
  readonly records: readonly RunRecord[]
  readonly problems: readonly RecordProblem[]
}> {
  const { parseRunRecord } = await import('../pipeline/parse-run-record.ts')
  const records: RunRecord[] = []
  const problems: RecordProblem[] = []
  for (const { seq, body } of runs) {
    const parsed = parseRunRecord(body)
    if (parsed.ok) records.push(parsed.record)
    else {
      const { problem, where } = parsed
      problems.push({ file: `plumbline/ledger, record ${seq}`, problem, ...(where !== undefined && { where }) })
    }
  }
  return { records, problems }
}
