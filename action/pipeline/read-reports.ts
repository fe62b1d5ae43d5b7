import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Diagnostic } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { version } from '../base/version.ts'
import type { GitHubClient } from '../github/client.ts'
import { keepArtifact } from '../github/keep-artifact.ts'
import { unpackZip } from '../github/unpack-zip.ts'
import { listArtifactsOf, openArtifact, type RunArtifact, type TriggeredRun } from '../github/workflow-runs.ts'
import {
  largestReportArtifactBytes,
  largestReportBytes,
  type NamedReport,
  namedReport,
  readReportFile,
  reportFileName,
} from '../report/report-file.ts'

/** A report that a run left, as JSON that its schema has nothing against. */
export interface LeftReport {
  readonly key: string
  readonly command: string
  /** What `--json` printed. */
  readonly report: unknown
}

export interface LeftReports {
  readonly reports: readonly LeftReport[]
  /** What is wrong with the others. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface LeftPlace {
  readonly client: GitHubClient
  readonly run: TriggeredRun
  /** An empty folder to unpack in. */
  readonly folder: string
  /** Of a command, what a report of it has wrong; undefined for a command that nobody comments on. */
  readonly checkOf: (command: string) => ((report: unknown) => string | undefined) | undefined
  readonly signal: AbortSignal
}

/** More comments are no report any more. */
const mostReports = 20
const largestZipBytes = 1 << 20
const longestWords = 300

interface NamedArtifact extends NamedReport {
  readonly artifact: RunArtifact
}

/**
 * The reports that a run left, of each key the newest. Whoever wrote the code of the run may have written them, so that every byte
 * is taken for hostile: sizes are bounded before anything is read, and only what its schema knows comes back. Needs `actions: read`.
 */
export async function readReports(place: LeftPlace): Promise<LeftReports> {
  const { client, run } = place
  const named = newestOf(await listArtifactsOf(client, run.id), run.attempt)
  const [first] = named
  if (first && named.length > mostReports) {
    const state = `the run left ${named.length} reports; expected at most ${mostReports}`
    return { reports: [], diagnostics: [diagnostic(first.artifact.name, 'many-reports', state, notOurs)] }
  }
  const reports: LeftReport[] = []
  const diagnostics: Diagnostic[] = []
  for (const one of named) {
    const read = await readReport(place, one)
    if ('code' in read) diagnostics.push(read)
    else reports.push(read)
  }
  return { reports, diagnostics }
}

/** By key, in the order of their names. */
function newestOf(artifacts: readonly RunArtifact[], attempt: number): readonly NamedArtifact[] {
  const newest = new Map<string, NamedArtifact>()
  for (const artifact of artifacts.toSorted((one, other) => one.id - other.id)) {
    const named = namedReport(artifact.name)
    if (!named || named.attempt > attempt) continue
    if ((newest.get(named.key)?.attempt ?? 0) <= named.attempt) newest.set(named.key, { ...named, artifact })
  }
  return [...newest.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
}

async function readReport(place: LeftPlace, named: NamedArtifact): Promise<LeftReport | Diagnostic> {
  const { key, command, artifact } = named
  const refuse = (code: string, state: string, remedy = notOurs) => diagnostic(artifact.name, code, state, remedy)
  const check = place.checkOf(command)
  if (!check) return refuse('unknown-command', `nobody comments on the command "${command}"`, sameVersion())
  const bytes = await bytesOf(place, named)
  if (typeof bytes === 'string') return refuse('bad-artifact', bytes)

  const read = readReportFile(bytes)
  if (!read.ok && read.problem === 'newer') {
    return refuse('newer', `a newer Plumbline wrote it (${read.schema})`, sameVersion())
  }
  if (!read.ok) return refuse('no-report', read.problem === 'no JSON' ? 'it is no JSON' : 'it is no report')
  const { report, plumbline } = read.file
  const wrong = check(report)
  if (wrong !== undefined) {
    return refuse('misfit', wrong.slice(0, longestWords), plumbline === version ? notOurs : sameVersion(plumbline))
  }
  return { key, command, report }
}

/** Of `report.json`; or in words why there are none. */
async function bytesOf(
  { client, folder, signal }: LeftPlace,
  { key, artifact }: NamedArtifact,
): Promise<Uint8Array | string> {
  if (artifact.isExpired) return 'it has expired'
  if (artifact.bytes > largestZipBytes) return `it has ${artifact.bytes} bytes; expected at most ${largestZipBytes}`
  const body = await openArtifact(client, artifact, signal)
  if (!body) return 'it is gone'
  const name = key.replaceAll('/', '.')
  const zip = join(folder, `${name}.zip`)
  const sha256 = await keepArtifact(body, zip, artifact.bytes, signal)
  if (sha256 === undefined || (artifact.sha256 !== undefined && sha256 !== artifact.sha256)) {
    return 'its bytes changed on the way'
  }
  const unpacked = join(folder, name)
  await mkdir(unpacked)
  try {
    await unpackZip(zip, unpacked, { bytes: largestReportArtifactBytes, files: 2 })
  } catch (error) {
    if (error instanceof Fault && error.code === 'workflow/bad-artifact') return error.message
    throw error
  }
  const bytes = await readFile(join(unpacked, reportFileName)).catch(() => undefined)
  if (!bytes) return `it holds no ${reportFileName}`
  return bytes.length > largestReportBytes ? `${reportFileName} has more than ${largestReportBytes} bytes` : bytes
}

const notOurs =
  'Nothing of it was written. Look at the run: its summary has what it came to, and its code may have written this.'

function sameVersion(theirs?: string): string {
  const which = theirs === undefined ? '' : `: the run has ${theirs}, this one is ${version}`
  return `Use one version of Plumbline in both workflows${which}. Nothing of it was written.`
}

function diagnostic(artifact: string, code: string, state: string, remedy: string): Diagnostic {
  const message = `Cannot comment with the artifact "${artifact}": ${state}`
  return { code: `report/${code}`, file: artifact, line: 1, column: 1, message, remedy }
}
