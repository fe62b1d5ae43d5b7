import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { audit } from '../../action/commands/audit.ts'
import type { NewRecord } from '../../action/registry/ledger-record.ts'
import { type Audited, type AuditedResult, audited, dataDigest } from '../support/audited.ts'
import { contextIn } from '../support/command-context.ts'
import { type Change, chainWith, commitsOf, factsOf, filesOf, writeBranch } from '../support/ledger.ts'
import { git, testGitHub } from '../support/local-github.ts'
import { keptOpen } from '../support/proposing.ts'
import { schemaOf } from '../support/result-schema.ts'

const branch = 'plumbline/ledger'

function findingsOf({ verification }: AuditedResult): string[] {
  return (verification?.findings ?? []).map(({ check, file, problem }) => `${check} ${file}: ${problem}`)
}

describe('audit', () => {
  test('tells who, which data, which result, where it went and who let it in; and that nobody changed it', async () => {
    await using world = await audited()
    const { tag } = world
    const found = await world.audit({ verify: true, csv: 'audit.csv' })
    expect(findingsOf(found)).toEqual([])
    expect(found.outcome).toBe('done')
    expect(found.entries.map(({ kind }) => kind)).toEqual([
      'proposed',
      'allocate',
      'published',
      'alias',
      'deployed',
      'run',
    ])
    const me = found.entries[0]?.approval
    expect(me).toMatchObject({ kind: 'merged', by: 'acme', pull: 1, approvers: [{ by: 'grace' }] })
    expect(found.entries[2]).toMatchObject({
      tag,
      trigger: { kind: 'drift', actor: 'grace', reason: 'carrier 0.31 (#1)' },
      data: { digest: dataDigest, rows: 43_118 },
      outcome: 'passed',
      gates: [{ gate: 'floor', kind: 'pass' }],
      approval: me,
      deployments: [
        { environment: 'production', did: 'first', share: null, at: '2025-03-06T06:12:00.000Z', actor: 'ada' },
      ],
    })
    expect(found.entries[5]).toMatchObject({ kind: 'run', outcome: 'refused', approval: { kind: 'not asked' } })
    const { text, markdown, outputs } = found.report
    expect(text).toMatch(/^VERIFIED {2}acme\/parcels · 6 records\n/)
    expect(text).toMatch(
      /published parcels-v1-\S+ +github-actions\[bot\] +drift by grace: carrier 0\.31 \(#1\) +passed · 1 of 1 gates · roc_auc 0\.861 · 43,118 rows +acme \(#1\) · approved by grace/,
    )
    expect(text).toContain('made live parcels-v1')
    expect(text).toContain('No record was read in this folder before')
    expect(markdown).toContain('| chain | ✓ agrees |')
    expect(outputs).toEqual({ verdict: 'verified', records: '6', findings: '0' })

    const { outcome, report, ...result } = found
    const isValid = schemaOf('audit')
    const json = JSON.parse(JSON.stringify({ command: 'audit', outcome, result, outputs, next: report.next }))
    expect(isValid(json) ? [] : isValid.errors).toEqual([])
    expect(isValid({ ...json, result: { ...result, more: 1 } })).toBe(false)

    const [header = '', ...rows] = readFileSync(join(world.github.folder, 'audit.csv'), 'utf8').trimEnd().split('\r\n')
    expect(header).toMatch(/^"record","at","kind",/)
    expect(rows).toHaveLength(6)
    expect(rows[4]).toContain(`"'=cmd()"`)
    expect(rows[2]).toContain('"production: made live 2025-03-06 by ada"')

    // The second time this folder has a copy.
    const again = await world.audit({ verify: true })
    expect(again.verification?.checks.map(({ outcome: seen }) => seen)).toEqual([
      'agrees',
      'agrees',
      'agrees',
      'agrees',
    ])
    expect(again.verification?.unseen).toEqual([])
  })

  test('takes a time without its end, by moments of UTC, and says what it cannot use', async () => {
    await using world = await audited()
    const kindsOf = async (from?: string, to?: string) =>
      (await world.audit({ from, to })).entries.map(({ kind }) => kind)
    expect(await kindsOf('2025-03-05', '2025-03-06')).toEqual(['alias'])
    expect(await kindsOf('2025-03-06T06:12:00Z', '2025-03-07T06:12:00Z')).toEqual(['deployed'])
    expect(await kindsOf('2025-03-06T08:12:00.001+02:00')).toEqual(['run'])
    expect(await kindsOf(undefined, '2025-03')).toEqual([])
    expect(await kindsOf('2025-03', '2025-04')).toHaveLength(6)
    expect((await world.audit()).report.outputs['verdict']).toBe('not verified')
    for (const [from, to] of [['2025-02-30'], ['yesterday'], ['2025-03-06T06:12'], ['2025-03-06', '2025-03-06']]) {
      await expect(world.audit({ from, to })).rejects.toMatchObject({ code: 'cli/bad-input' })
    }
  })

  test('goes by who approved as it was put on record, whatever became of the reviews since', async () => {
    const gone = async (world: Audited) => {
      const { body } = await world.github.call('GET', '/pulls/1/reviews')
      await world.github.call('PUT', `/pulls/1/reviews/${body[0].id}/dismissals`, { message: 'I was never here' })
      const { entries, verification } = await world.audit({ verify: true })
      expect(verification?.isVerified).toBe(true)
      return entries.map(({ kind, approval }) => [
        kind,
        approval.kind === 'merged' ? approval.approvers.map(({ by }) => by) : [],
      ])
    }
    await using world = await audited({ isApprovalKept: true })
    const start = world.github.calls().length
    const { entries } = await world.audit({ from: '2025-03-04', to: '2025-03-05' })
    expect(entries.map(({ kind }) => kind)).toEqual(['allocate', 'published'])
    expect(
      world.github
        .calls()
        .slice(start)
        .filter(({ name }) => name.includes('/pulls')),
    ).toEqual([])
    expect(Object.fromEntries(await gone(world))).toMatchObject({ published: ['grace'], proposed: [] })
    await using old = await audited()
    expect(Object.fromEntries(await gone(old))).toMatchObject({ published: [], proposed: [] })
  })

  test('says of approvals that the token cannot see them', async () => {
    await using world = await audited()
    await world.github.configure({ isPrivate: true })
    const token = await world.github.issueToken({ kind: 'job', permissions: { contents: 'read' } })
    const found = await world.audit({ verify: true }, 'elsewhere', token)
    expect(found.entries[2]?.approval).toEqual({ kind: 'cannot see' })
    expect(found.report.text).toContain('Who let 2 of them in: this token may not read pull requests')
    expect(found.outcome).toBe('done')
  })

  test('verifies nothing where there is nothing yet', async () => {
    await using github = await testGitHub()
    const context = { ...contextIn(github.folder), openGitHub: async () => keptOpen(github) }
    const outcome = await audit.run({ from: undefined, to: undefined, verify: true, csv: undefined }, context)
    expect(outcome).toMatchObject({
      kind: 'no',
      result: { total: 0, verification: { isVerified: false, findings: [] } },
    })
    if (outcome.kind === 'diagnosed') throw new Error('diagnosed')
    const { text, next } = await audit.report(outcome.result)
    expect(text).toMatch(/^NOT VERIFIED .*\n {2}chain +– cannot see +there is no ledger\n/)
    expect(next).toContain('nothing to verify')
  })

  test('says of a ledger that is not there that it is not there', async () => {
    await using world = await audited()
    await world.audit({ verify: true }, 'knows')
    await writeBranch(world.bare, branch, [])
    const { github } = world
    await github.call('DELETE', '/git/refs/heads/plumbline/ledger')
    const found = await world.audit({ verify: true }, 'knows')
    expect(found.outcome).toBe('no')
    expect(findingsOf(found).filter((one) => one.startsWith('copies'))).toHaveLength(6)
    expect(findingsOf(await world.audit({ verify: true }, 'new'))).toEqual([
      expect.stringContaining('has no record of it'),
      expect.stringContaining('its newest change'),
    ])
  })
})

/** What somebody does to the branch, and what an audit must say of it, where it read the ledger before and where it did not. */
interface Tampering {
  readonly name: string
  readonly changes: (world: Audited) => { commits: Change[]; facts?: ReturnType<typeof factsOf> }
  /** Every text that must be among the findings. */
  readonly told: readonly RegExp[]
  /** Without a copy; where it is left out, as with one. */
  readonly toldAnew?: readonly RegExp[]
}

const paths = {
  proposed: 'records/0/1-proposed.json',
  published: 'records/0/3-published.json',
  alias: 'records/0/4-alias.json',
  deployed: 'records/0/5-deployed.json',
  run: 'records/0/6-run.json',
}

function onTop(change: (files: Map<string, string>) => Change): Tampering['changes'] {
  return ({ chain }) => ({ commits: [...commitsOf(chain), change(filesOf(chain))], facts: factsOf(chain) })
}

/** A history made anew, by somebody who knows how: every hash fits. */
function rewritten(change: (records: NewRecord[]) => NewRecord[]): Tampering['changes'] {
  return ({ chain }) => {
    const anew = chainWith(change([...chain.records]))
    return { commits: commitsOf(anew), facts: factsOf(anew) }
  }
}

function edited(text: string | undefined, actor: string): string {
  return (text ?? '').replace(/"actor":"[^"]*"/, `"actor":"${actor}"`)
}

const tamperings: readonly Tampering[] = [
  {
    name: 'a record edited by a commit on top',
    changes: onTop((files) => ({ [paths.alias]: edited(files.get(paths.alias), 'eve') })),
    told: [/^chain records\/0\/4-alias\.json: it was edited by \S+ "commit 6" of Mallory, .*actor "eve", was "ada"$/],
  },
  {
    name: 'the last record edited by a commit on top',
    changes: onTop((files) => ({ [paths.run]: edited(files.get(paths.run), 'eve') })),
    told: [/^chain records\/0\/6-run\.json: it was edited by .*actor "eve"/],
  },
  {
    name: 'a record dropped by a commit on top',
    changes: onTop(() => ({ [paths.deployed]: null })),
    told: [/^chain records\/0\/5-deployed\.json: it was dropped by \S+ "commit 6" of Mallory/],
  },
  {
    name: 'two records that change places by a commit on top',
    changes: onTop((files) => ({
      [paths.alias]: files.get(paths.deployed) ?? '',
      [paths.deployed]: files.get(paths.alias) ?? '',
    })),
    told: [/^chain records\/0\/4-alias\.json: it was edited/, /^chain records\/0\/5-deployed\.json: it was edited/],
  },
  {
    name: 'a record under another name',
    changes: onTop((files) => ({ [paths.alias]: null, 'records/0/7-alias.json': files.get(paths.alias) ?? '' })),
    told: [/4-alias\.json: it was dropped/, /7-alias\.json: it holds record 4/],
  },
  {
    name: 'a foreign file and half a record',
    changes: onTop(() => ({ 'records/0/notes.json': '{}', 'records/0/7-run.json': '{"schema"' })),
    told: [/notes\.json: it was no record/, /7-run\.json: it was no record/],
  },
  {
    name: 'a record edited by a force-push',
    changes: ({ chain }) => {
      const files = filesOf(chain)
      files.set(paths.alias, edited(files.get(paths.alias), 'eve'))
      return { commits: [...files].map(([path, text]) => ({ [path]: text })), facts: factsOf(chain) }
    },
    told: [/^chain records\/0\/5-deployed\.json: the record before it has other bytes/],
  },
  {
    name: 'a record dropped by a force-push',
    changes: ({ chain }) => ({ commits: commitsOf(chain).filter((_, index) => index !== 3) }),
    told: [/^chain records\/0\/5-deployed\.json: record 4 is missing before it/],
  },
  {
    name: 'all in one commit',
    changes: ({ chain }) => ({ commits: [Object.assign({}, ...commitsOf(chain))] }),
    told: [/^chain records\/0\/1-proposed\.json: \S+ "commit 0" of Mallory, \S+ wrote 6 records at once/],
  },
  {
    name: 'a record edited, and the history made anew',
    changes: rewritten((records) => records.map((one) => (one.kind === 'alias' ? { ...one, actor: 'eve' } : one))),
    told: [/^copies records\/0\/4-alias\.json: it was edited, by a copy here: actor "eve", was "ada"$/],
    toldAnew: [],
  },
  {
    name: 'a record dropped, and the history made anew',
    changes: rewritten((records) => records.filter(({ kind }) => kind !== 'alias')),
    told: [
      /^copies records\/0\/4-alias\.json: it was dropped: a copy here has it \(alias parcels by ada, 2025-03-05\)$/,
    ],
    toldAnew: [],
  },
  {
    name: 'records in another order, and the history made anew',
    changes: rewritten(([one, two, three, alias, deployed, run]) =>
      [one, two, three, deployed, alias, run].flatMap((record) => record ?? []),
    ),
    told: [
      /^copies records\/0\/(4-alias|5-deployed)\.json: a copy here has it as record (4|5); it is record (4|5) now$/,
    ],
    toldAnew: [],
  },
  {
    name: 'the last record edited, and the history made anew',
    changes: rewritten((records) => records.map((one) => (one.kind === 'run' ? { ...one, actor: 'eve' } : one))),
    told: [/^copies records\/0\/6-run\.json: it was edited, by a copy here: actor "eve"/],
    toldAnew: [],
  },
  {
    name: 'the last records dropped, and the history made anew',
    changes: rewritten((records) => records.slice(0, 4)),
    told: [
      /^copies records\/0\/5-deployed\.json: it was dropped/,
      /^copies records\/0\/6-run\.json: it was dropped/,
      /^releases plumbline\/deploy\/production: its newest change \(first parcels-v1/,
    ],
    toldAnew: [/^releases plumbline\/deploy\/production: its newest change/],
  },
  {
    name: 'who released edited, and the history made anew',
    changes: rewritten((records) =>
      records.map((one) =>
        one.kind === 'published'
          ? {
              ...one,
              body: {
                ...one.body,
                run: { ...(one.body['run'] as object), trigger: { kind: 'commit', actor: 'eve', reason: '' } },
              },
            }
          : one,
      ),
    ),
    told: [
      /^copies records\/0\/3-published\.json: it was edited/,
      /^runs records\/0\/3-published\.json: its run is another/,
    ],
    toldAnew: [/^runs records\/0\/3-published\.json: its run is another than that of run\.json of parcels-v1/],
  },
  {
    name: 'a release dropped from it, and the history made anew',
    changes: rewritten((records) => records.filter(({ kind }) => kind !== 'published')),
    told: [
      /^copies records\/0\/3-published\.json: it was dropped/,
      /^releases parcels-v1-\S+: it is published, and the ledger has no record/,
    ],
    toldAnew: [/^releases parcels-v1-\S+: it is published, and the ledger has no record/],
  },
]

test('audit --verify names whatever somebody does to the branch', async () => {
  await using world = await audited()
  const written = await git(world.bare, 'rev-parse', branch)
  for (const { name, changes, told, toldAnew } of tamperings) {
    await git(world.bare, 'update-ref', `refs/heads/${branch}`, written)
    const [knows, anew] = [`knows ${name}`, `new to ${name}`]
    await world.audit({ verify: true }, knows)
    const { commits, facts } = changes(world)
    await writeBranch(world.bare, branch, commits, facts)
    await expectTold(world, knows, told)
    await expectTold(world, anew, toldAnew ?? told)
    expect(findingsOf(await world.audit({ verify: true }, knows)), name).not.toEqual([])
  }
})

async function expectTold(world: Audited, machine: string, expected: readonly RegExp[]): Promise<void> {
  const found = await world.audit({ verify: true }, machine)
  const said = findingsOf(found)
  for (const text of expected) expect(said, machine).toEqual(expect.arrayContaining([expect.stringMatching(text)]))
  const isSeen = expected.length > 0
  expect(said.length > 0, machine).toBe(isSeen)
  const unseen = /a history that was written anew by a force-push.* does not show/
  expect(isSeen || unseen.test(found.verification?.unseen.join() ?? ''), machine).toBe(true)
  expect(found.outcome, machine).toBe(isSeen ? 'no' : 'done')
  expect(found.report.text).toMatch(isSeen ? /^NOT VERIFIED/ : /^VERIFIED/)
  // It says so the next time, too: what a copy knows is not forgotten.
  expect(findingsOf(await world.audit({ verify: true }, machine))).toEqual(said)
}

test('audit --verify tells of a record that was changed and put back, and says yes', async () => {
  await using world = await audited()
  const { chain } = world
  const text = filesOf(chain).get(paths.alias) ?? ''
  const commits = [...commitsOf(chain), { [paths.alias]: '{}' }, { [paths.alias]: text }]
  await writeBranch(world.bare, branch, commits, factsOf(chain))
  const found = await world.audit({ verify: true })
  expect(found.outcome).toBe('done')
  expect(found.report.text).toMatch(/Changed and put back: records\/0\/4-alias\.json .*"commit 6" of Mallory/)
})

test('audit --verify names a replaced asset, a moved tag and a deleted release', async () => {
  await using world = await audited()
  const { github, tag } = world
  const { body: release } = await github.call('GET', `/releases/tags/${tag}`)
  const asset = release.assets.find(({ name }: { name: string }) => name === 'run.json')
  await github.call('DELETE', `/releases/assets/${asset.id}`)
  await github.call('POST', `/releases/${release.id}/assets?name=run.json`, Buffer.from('{}'))
  await github.call('PATCH', `/git/refs/tags/${tag}`, { sha: github.head, force: true })
  const said = findingsOf(await world.audit({ verify: true }))
  expect(said).toEqual([
    expect.stringMatching(/^releases records\/0\/3-published\.json: the tag \S+ points at/),
    expect.stringMatching(/^releases records\/0\/3-published\.json: "run\.json" of \S+ has sha256/),
  ])
  await github.call('DELETE', `/releases/${release.id}`)
  expect(findingsOf(await world.audit({ verify: true })).join('\n')).toMatch(
    /the release \S+ is gone, and no record says/,
  )
})
