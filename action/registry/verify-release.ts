import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { RunRecord } from '../pipeline/run-record.ts'
import { dataDigest, readDataLock } from '../project/data-lock.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { type Check, checkOf, type Finding, short, type Verification } from './verification.ts'
import { digestsOf, joinedDigests, readSums, verifySums } from './verify-files.ts'
import { verifyJudgement } from './verify-judgement.ts'
import { verifyLedger } from './verify-ledger.ts'
import { readStatement, type Stated, verifyStatement } from './verify-provenance.ts'

/** What GitHub and its ledger say of a release. */
export interface KnownOfRelease {
  readonly tag: string
  /** Null where the ledger cannot be trusted; then `problem` says from where on. */
  readonly records: readonly LedgerRecord[] | null
  readonly problem?: { readonly subject: string; readonly problem: string }
  /** What the tag points at; undefined where it is gone. */
  readonly tagCommit: string | undefined
}

export interface VerifyInput {
  /** Absolute: the release's files. */
  readonly folder: string
  /** Without it the folder is checked by itself. */
  readonly known?: KnownOfRelease
  /** Name → SHA-256 of assets that are in the folder as parts of a file. */
  readonly parts?: ReadonlyMap<string, string>
  /** A run record of what nobody vouches for; undefined where it is none. */
  readonly parseRun: (value: unknown) => RunRecord | undefined
  readonly signal?: AbortSignal
}

/**
 * Checks a release's files against each other and, where they are known, against the ledger and the tag. Everything that
 * disagrees is named; nothing is asked of the network.
 */
export async function verifyRelease({ folder, known, parts, parseRun, signal }: VerifyInput): Promise<Verification> {
  const inFolder = await digestsOf(folder, signal)
  const listed = await readSums(folder, inFolder)
  const joined = listed ? await joinedDigests(folder, inFolder, listed, signal) : []
  const digests = new Map([...inFolder, ...joined, ...(parts ?? [])])
  const inFile = new Set(listed?.parts.filter(({ whole }) => digests.has(whole)).map(({ name }) => name))
  const findings: Finding[] = []
  const checks: Check[] = []
  const add = (name: Check['name'], detail: string, found: readonly Finding[] | undefined, unseen: string) => {
    findings.push(...(found ?? []))
    checks.push(found ? checkOf(name, detail, found) : { name, outcome: 'cannot see', detail: unseen })
  }
  const text = async (name: string) => (inFolder.has(name) ? await readFile(join(folder, name), 'utf8') : undefined)

  const sums = listed && verifySums(digests, listed)
  add('files', `${inFolder.size} files against sums.txt`, sums, 'there is no sums.txt')
  const run = readRun(await text('run.json'), parseRun)
  findings.push(...run.findings)
  const statement = await text('provenance.intoto.json')
  const read = statement === undefined ? undefined : readStatement(statement)
  const stated = read?.stated
  const agreed =
    statement === undefined
      ? undefined
      : [...(read?.findings ?? []), ...(stated ? verifyStatement(statement, { digests, inFile }, run.run) : [])]
  add('provenance', 'subjects, commit, data, parameters and stages', agreed, 'there is no provenance.intoto.json')
  const data = verifyData(await text('data.lock.yaml'), stated, run.run)
  add('data', 'the digest of data.lock.yaml', data, 'there is no data.lock.yaml')
  const judged = await verifyJudgement(folder, inFolder, run.run, signal)
  add('judgement', judged.detail, judged.findings, judged.detail)
  addKnown(add, known, { stated, digests, run: run.run })

  const isVerified = findings.length === 0 && checks.some(({ outcome }) => outcome === 'agrees')
  return { tag: known?.tag ?? stated?.tag ?? null, folder, isVerified, checks, findings }
}

type Add = (name: Check['name'], detail: string, found: readonly Finding[] | undefined, unseen: string) => void

function addKnown(
  add: Add,
  known: KnownOfRelease | undefined,
  facts: {
    readonly stated: Stated | undefined
    readonly digests: ReadonlyMap<string, string>
    readonly run: RunRecord | undefined
  },
): void {
  if (!known) {
    add('ledger', '', undefined, 'only the folder was given: plumbline verify TAG asks the ledger')
    add('tag', '', undefined, 'only the folder was given: plumbline verify TAG asks the repository')
    return
  }
  const { tag, records, problem, tagCommit } = known
  const { stated, digests, run } = facts
  const broken: readonly Finding[] = problem ? [{ check: 'ledger', ...problem }] : []
  const ledger = records ? verifyLedger(records, tag, stated, digests, run) : []
  add('ledger', 'the whole chain, and its records of this tag', [...broken, ...ledger], '')
  add('tag', `points at ${tagCommit?.slice(0, 8) ?? 'nothing'}`, verifyTag(tag, tagCommit, stated), '')
}

function verifyTag(tag: string, tagCommit: string | undefined, stated: Stated | undefined): readonly Finding[] {
  const found = (problem: string): Finding => ({ check: 'tag', subject: tag, problem })
  if (tagCommit === undefined) return [found('the repository has no such tag any more')]
  if (!stated) return []
  return [
    ...(stated.tag === tag ? [] : [found(`provenance.intoto.json is of ${stated.tag}`)]),
    ...(stated.commit === tagCommit
      ? []
      : [found(`it points at ${short(tagCommit)}; provenance.intoto.json names ${short(stated.commit)}`)]),
  ]
}

function verifyData(
  lockText: string | undefined,
  stated: Stated | undefined,
  run: RunRecord | undefined,
): readonly Finding[] | undefined {
  if (lockText === undefined) return undefined
  const found = (problem: string): Finding => ({ check: 'data', subject: 'data.lock.yaml', problem })
  const lock = readDataLock('data.lock.yaml', lockText)
  if (!lock.ok) return [found(lock.diagnostics[0]?.message ?? 'it cannot be read')]
  const digest = dataDigest(lock.value)
  return [
    ...(stated && stated.dataDigest !== digest
      ? [found(`it comes to ${short(digest)}; provenance.intoto.json names ${short(stated.dataDigest)}`)]
      : []),
    ...(run && run.data.digest !== digest
      ? [found(`it comes to ${short(digest)}; run.json names ${short(run.data.digest)}`)]
      : []),
  ]
}

function readRun(
  text: string | undefined,
  parseRun: VerifyInput['parseRun'],
): { readonly run: RunRecord | undefined; readonly findings: readonly Finding[] } {
  const found = (problem: string): Finding => ({ check: 'files', subject: 'run.json', problem })
  if (text === undefined) return { run: undefined, findings: [found('it is not here')] }
  try {
    const run = parseRun(JSON.parse(text))
    return { run, findings: run ? [] : [found('it is no record of a run that this version can read')] }
  } catch {
    return { run: undefined, findings: [found('it is no JSON')] }
  }
}
