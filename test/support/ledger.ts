import { execFile } from 'node:child_process'
import { once } from 'node:events'

import {
  type Chain,
  commitSubject,
  emptyChain,
  extendChain,
  type NewRecord,
  nextRecord,
  recordPath,
} from '../../action/registry/ledger-record.ts'

/** A chain of these records. */
export function chainWith(records: readonly NewRecord[]): Chain {
  let chain: Chain = emptyChain
  for (const record of records) chain = extendChain(chain, nextRecord(chain, record))
  return chain
}

/** Path → text, as the branch holds a chain. */
export function filesOf({ records, texts }: Chain): Map<string, string> {
  return new Map(records.map((record, index) => [recordPath(record), texts[index] ?? '']))
}

/** One commit: path → text, null where the file goes. */
export type Change = Readonly<Record<string, string | null>>

/** What a commit says of itself; `at`: seconds since 1970. */
export interface CommitFacts {
  readonly subject: string
  readonly at: number
}

const anyFacts = (number: number): CommitFacts => ({ subject: `commit ${number}`, at: 1_740_000_000 + number * 60 })

/** As Plumbline writes the commits of a chain, one a record. */
export function factsOf({ records }: Chain): (number: number) => CommitFacts {
  return (number) => {
    const record = records[number]
    if (!record) return anyFacts(number)
    return { subject: commitSubject(record), at: Math.floor(Date.parse(record.at) / 1000) }
  }
}

/** Makes a branch anew from commits, whatever it held; at once, as a force-push would. */
export async function writeBranch(
  bare: string,
  branch: string,
  changes: readonly Change[],
  facts: (number: number) => CommitFacts = anyFacts,
): Promise<void> {
  const child = execFile('git', ['-C', bare, 'fast-import', '--quiet', '--force'])
  const ended = once(child, 'exit')
  const write = (text: string) => child.stdin?.write(text)
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  write(`reset refs/heads/${branch}\n`)
  for (const [number, change] of changes.entries()) {
    const { subject, at } = facts(number)
    write(`commit refs/heads/${branch}\ncommitter Mallory <mallory@example.org> ${at} +0000\n${data(subject)}`)
    for (const [path, text] of Object.entries(change)) {
      write(text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`)
    }
  }
  child.stdin?.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`)
}

/** As its writers left it: a commit a record. */
export function commitsOf(chain: Chain): Change[] {
  return [...filesOf(chain)].map(([path, text]) => ({ [path]: text }))
}
