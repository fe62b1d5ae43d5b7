import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

import { propose } from '../../action/commands/propose.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { readMark } from '../../action/retrain/proposal-mark.ts'
import { pushHead } from '../../action/registry/local-git.ts'
import { commitAll } from '../support/registered-project.ts'
import { git as gitIn, push } from '../support/local-github.ts'
import { everyTenRows, keptOpen, proposeInputs, type Proposing, proposing, rowsBetween } from '../support/proposing.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { pinData } from '../support/pin-data.ts'

const branch = 'plumbline/retrain/parcels'

/** A person's clone of the repository there. */
async function clone({ github }: Proposing): Promise<{ folder: string; git: (...args: string[]) => Promise<string> }> {
  const folder = `${tempFolder()}/clone`
  const credentials = Buffer.from(`x-access-token:${github.token}`).toString('base64')
  const header = `http.extraHeader=Authorization: Basic ${credentials}`
  await promisify(execFile)('git', ['-c', header, 'clone', '--quiet', github.gitUrl, folder])
  return { folder, git: (...args) => gitIn(folder, ...args) }
}

/** A commit of a person's on the bot's branch. */
async function editBranch(world: Proposing, path = 'README.md', on = branch): Promise<string> {
  const { folder, git } = await clone(world)
  await git('checkout', '--quiet', on)
  await promisify(execFile)('sh', ['-c', `echo edited >> ${path}`], { cwd: folder })
  await git('add', '--all')
  await git('commit', '--quiet', '-m', 'My own words')
  await push(world.github, folder, `HEAD:refs/heads/${on}`)
  return await git('rev-parse', 'HEAD')
}

async function close(world: Proposing, number: number): Promise<void> {
  expect((await world.github.call('PATCH', `/pulls/${number}`, { state: 'closed' })).status).toBe(200)
}

async function headOf(world: Proposing, ref: string): Promise<string | undefined> {
  const { status, body } = await world.github.call('GET', `/git/ref/heads/${ref}`)
  return status === 200 ? (body as { object: { sha: string } }).object.sha : undefined
}

/** As `git pull` brings the merge. */
async function pullMain(world: Proposing): Promise<void> {
  const credentials = Buffer.from(`x-access-token:${world.github.token}`).toString('base64')
  await world.git(
    '-c',
    `http.extraHeader=Authorization: Basic ${credentials}`,
    'pull',
    '--quiet',
    '--ff-only',
    world.github.gitUrl,
    'main',
  )
}

describe('propose', () => {
  test('opens one pull request of one commit that changes the lock alone, and then has nothing to do', async () => {
    const world = await proposing()
    expect((await world.propose()).report.text).toMatch(/^WAIT {2}parcels · the data is the one that is pinned/)
    await world.addRows(20)
    const main = await headOf(world, 'main')
    const first = await world.propose()
    expect(first.did).toEqual(['write-branch', 'open', 'record'])
    expect(first.report.outputs).toMatchObject({ verdict: 'open', proposal: 'opened', 'proposal-number': '1' })
    const [pull, ...others] = await world.pulls()
    expect(others).toEqual([])
    expect(pull).toMatchObject({ state: 'open', title: 'Retrain parcels: 20 new rows', head: { ref: branch } })

    const sha = pull?.head.sha ?? ''
    const { body: commit } = await world.github.call('GET', `/git/commits/${sha}`)
    expect(commit).toMatchObject({ parents: [{ sha: main }], author: { name: 'Plumbline' } })
    const { body: compared } = await world.github.call('GET', `/compare/main...${branch}`)
    expect(compared.files.map(({ filename }: { filename: string }) => filename)).toEqual(['data.lock.yaml'])
    await pinData(world.folder)
    expect(compared.files[0].sha).toBe(await world.git('hash-object', 'data.lock.yaml'))
    await world.git('checkout', '--quiet', '--', 'data.lock.yaml')

    expect(pull?.body).toContain('**Why now.** 20 new labelled rows (limit 10).')
    expect(pull?.body).toContain('20 labelled rows are new, of 420 (4.8 %)')
    expect(pull?.body).toContain('`data/from-400.csv`')
    expect(pull?.body).toContain('2 gates: `floor`, `regions`')
    expect(readMark(pull?.body ?? '', 'parcels')).toMatchObject({ commit: sha, generation: 1, isForced: false })

    const again = await world.propose()
    expect(again).toMatchObject({ did: [], state: 'open-clean', why: 'open' })
    expect(await world.decide()).toBe('wait')
    expect(await world.pulls()).toEqual([pull])
  })

  test('with nothing new takes at most 6 calls and writes nothing, open, closed and before the first', async () => {
    const requests: string[] = []
    const world = await proposing({
      github: {
        interrupt: (moment, { method, url }) => {
          if (moment === 'before') requests.push(`${method} ${url}`)
          return 'serve'
        },
      },
    })
    const quiet = async () => {
      requests.length = 0
      const { did } = await world.propose()
      expect(did).toEqual([])
      // The embedded GitHub gets HEAD pushed first, by git.
      const calls = requests.filter((request) => request.includes('/api/v3/') || request.includes('legacy.tar'))
      expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([])
      return calls.filter((call) => call.includes('/api/v3/')).length
    }
    expect(await quiet()).toBeLessThanOrEqual(6)
    await world.addRows(20)
    await world.propose()
    for (let run = 0; run < 3; run++) expect(await quiet()).toBeLessThanOrEqual(6)
    await close(world, 1)
    expect(await quiet()).toBeLessThanOrEqual(6)
  })

  test('stays closed once a person closed it, and proposes newer data on a branch of its own', async () => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    await close(world, 1)
    const before = await headOf(world, branch)
    const closed = await world.propose()
    expect(closed).toMatchObject({ did: [], state: 'closed-same-digest' })
    expect(closed.report.outputs).toMatchObject({ verdict: 'wait', proposal: 'nothing' })
    await world.addRows(5)
    expect(await world.propose()).toMatchObject({ state: 'open-clean', did: ['write-branch', 'open', 'record'] })
    const [first, second] = await world.pulls()
    expect([first?.state, second?.state, second?.head.ref]).toEqual(['closed', 'open', `${branch}.2`])
    // Whoever reopens the first one finds it as it was.
    expect(await headOf(world, branch)).toBe(before)
    // The same data, a third time: no.
    await close(world, 2)
    expect((await world.propose()).did).toEqual([])
    const forced = await world.propose({}, { force: true, reason: 'look again' })
    expect(forced).toMatchObject({ did: ['write-branch', 'open', 'record'] })
    expect((await world.pulls()).map(({ head }) => head.ref)).toEqual([branch, `${branch}.2`, `${branch}.3`])
  })

  test('makes it anew with data that is newer by `refresh`, and not before', async () => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    await world.addRows(47)
    expect(await world.propose()).toMatchObject({ did: [], state: 'open-clean' })
    await world.addRows(1)
    expect(await world.propose()).toMatchObject({ did: ['write-branch', 'tell', 'record'], state: 'open-clean' })
    const [pull, ...others] = await world.pulls()
    expect(others).toEqual([])
    expect(pull?.body).toContain('68 labelled rows are new')
    expect(pull?.title).toBe('Retrain parcels: 68 new rows')
    const { body: compared } = await world.github.call('GET', `/compare/main...${branch}`)
    expect(compared).toMatchObject({ ahead_by: 1, behind_by: 0 })
    expect((await world.propose()).did).toEqual([])
  })

  test('leaves a branch alone that a person edited, in the lock or beside it', async () => {
    for (const path of ['README.md', 'data.lock.yaml']) {
      const world = await proposing()
      await world.addRows(20)
      await world.propose()
      const edit = await editBranch(world, path)
      await world.addRows(60)
      const kept = await world.propose()
      expect(kept).toMatchObject({ did: [], state: 'open-edited' })
      expect(kept.report.text).toContain('its branch was edited and is left alone')
      expect(await headOf(world, branch)).toBe(edit)
    }
  })

  test('takes the base merged in by a button for no edit', async () => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    world.write('notes.txt', 'elsewhere')
    await commitAll(world, 'Elsewhere')
    await pushHead(world.github, world.folder)
    const { folder, git } = await clone(world)
    await git('checkout', '--quiet', branch)
    await git('merge', '--quiet', '--no-edit', 'origin/main')
    await push(world.github, folder, `HEAD:refs/heads/${branch}`)
    expect(await world.propose()).toMatchObject({ did: [], state: 'open-clean' })
    await world.addRows(60)
    expect((await world.propose()).did).toEqual(['write-branch', 'tell', 'record'])
  })

  test('keeps what a person wrote into the text, and renews what the branch is', async () => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    const before = await world.pull(1)
    await world.github.call('PATCH', '/pulls/1', {
      title: 'The carriers',
      body: `Look at the carriers first.\n\n${before.body}`,
    })
    await world.addRows(60)
    await world.propose()
    const after = await world.pull(1)
    expect(after.title).toBe('The carriers')
    expect(after.body).toMatch(/^Look at the carriers first\./)
    expect(readMark(after.body, 'parcels')?.commit).toBe(after.head.sha)
    expect((await world.propose()).did).toEqual([])
  })

  test.each(['merge', 'squash', 'rebase'])(
    'after a person merged it by %s, proposes newer data alone',
    async (method) => {
      const world = await proposing()
      await world.addRows(20)
      await world.propose()
      expect((await world.github.call('PUT', '/pulls/1/merge', { merge_method: method })).status).toBe(200)
      await pullMain(world)
      const merged = await world.propose()
      expect(merged).toMatchObject({ did: [], state: 'merged' })
      await world.addRows(20)
      expect(await world.propose()).toMatchObject({ did: ['write-branch', 'open', 'record'] })
      const pulls = await world.pulls()
      expect(pulls.map(({ state, merged_at }) => [state, merged_at !== null])).toEqual([
        ['closed', true],
        ['open', false],
      ])
      expect(pulls[1]?.body).toContain('20 labelled rows are new, of 440')
    },
  )

  test('makes it anew where the base pinned something else, and closes it where the base pins the same', async () => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    // Somebody pins a part of it by hand.
    const all = rowsBetween(400, 420)
    world.write('data/from-400.csv', rowsBetween(400, 405))
    await pinData(world.folder)
    await commitAll(world, 'Pin a part')
    world.write('data/from-400.csv', all)
    await commitAll(world, 'All of it again')
    await pushHead(world.github, world.folder)
    expect(await world.propose()).toMatchObject({ state: 'open-clean', did: ['write-branch', 'tell', 'record'] })
    const { body: compared } = await world.github.call('GET', `/compare/main...${branch}`)
    expect(compared).toMatchObject({ ahead_by: 1, behind_by: 0 })
    await pinData(world.folder)
    await commitAll(world, 'Pin all of it')
    await pushHead(world.github, world.folder)
    expect((await world.propose()).did).toEqual(['close'])
    const { body: comments } = await world.github.call('GET', '/issues/1/comments')
    expect(comments).toMatchObject([{ body: expect.stringContaining('the default branch pins this data already') }])
    expect(await world.pull(1)).toMatchObject({ state: 'closed', merged_at: null })
    expect((await world.propose()).did).toEqual([])
  })

  test.each([
    ['closes an unedited one', false],
    ['leaves an edited one alone', true],
  ])('%s whose reason went away', async (_, isEdited) => {
    const world = await proposing()
    await world.addRows(20)
    await world.propose()
    if (isEdited) await editBranch(world)
    await world.git('rm', '--quiet', 'data/from-400.csv')
    world.write('data/few.csv', rowsBetween(400, 403))
    await commitAll(world, 'Fewer rows')
    await pushHead(world.github, world.folder)
    const { did, report } = await world.propose()
    expect(did).toEqual(isEdited ? [] : ['close'])
    const { body: comments } = await world.github.call('GET', '/issues/1/comments')
    expect(comments).toHaveLength(isEdited ? 0 : 1)
    expect((await world.pull(1)).state).toBe(isEdited ? 'open' : 'closed')
    expect(report.outputs).toMatchObject(
      isEdited ? { verdict: 'open', proposal: 'nothing' } : { verdict: 'wait', proposal: 'closed' },
    )
    expect(comments.map(({ body }: { body: string }) => body.includes('3 new labelled rows (limit 10)'))).toEqual(
      isEdited ? [] : [true],
    )
  })

  test('opens one issue with a link where the token may open no pull request, and closes it once a person did', async () => {
    const world = await proposing()
    const token = await world.github.issueToken({
      kind: 'job',
      permissions: { contents: 'write', pull_requests: 'write', issues: 'write' },
    })
    const asJob = { openGitHub: async () => keptOpen({ ...world.github, token }) }
    await world.addRows(20)
    const first = await world.propose(asJob)
    expect(first).toMatchObject({ did: ['write-branch', 'open', 'record'], proposal: { kind: 'issue', state: 'open' } })
    expect(first.report.text).toContain('Allow GitHub Actions to create and approve pull requests')
    expect(await world.propose(asJob)).toMatchObject({ did: [], state: 'open-clean' })
    expect(await world.pulls()).toEqual([])
    const { body: issues } = await world.github.call('GET', '/issues')
    expect(issues).toHaveLength(1)
    const link = /\[open it\]\((.*?)\)/.exec(issues[0].body)?.[1] ?? ''
    expect(link).toContain(`/compare/main...${branch}?`)
    const query = new URL(link).searchParams
    // A person follows the link.
    const opened = { head: branch, base: 'main', title: query.get('title'), body: query.get('body') }
    expect((await world.github.call('POST', '/pulls', opened)).status).toBe(201)
    expect((await world.propose(asJob)).did).toEqual(['close-issue', 'record'])
    expect((await world.github.call('GET', '/issues/1')).body.state).toBe('closed')
    expect((await world.propose(asJob)).did).toEqual([])
    // Newer data renews what the person opened.
    await world.addRows(60)
    expect((await world.propose(asJob)).did).toEqual(['write-branch', 'tell', 'record'])
  })

  test('writes nothing from a checkout that the default branch left behind, or with a token that may not push', async () => {
    const world = await proposing()
    await world.addRows(20)
    const { folder, git } = await clone(world)
    await git('commit', '--quiet', '--allow-empty', '-m', 'Elsewhere')
    await push(world.github, folder, 'HEAD:refs/heads/main')
    const behind = await world.propose()
    expect(behind).toMatchObject({ did: [], why: 'behind the base' })
    expect(behind.report.text).toMatch(/^BEHIND {2}parcels/)
    // What stands there is not overwritten by what is here.
    expect(await headOf(world, 'main')).toBe(await git('rev-parse', 'HEAD'))
    await pullMain(world)
    const token = await world.github.issueToken({
      kind: 'job',
      permissions: { contents: 'read', pull_requests: 'read', issues: 'read' },
    })
    const reads = { openGitHub: async () => ({ ...keptOpen({ ...world.github, token }), isEmbedded: false }) }
    expect(await world.propose(reads)).toMatchObject({ did: [], why: 'behind the base' })
    expect((await world.propose()).did).toEqual(['write-branch', 'open', 'record'])
  })

  test('refuses what is not committed: the policy, and data that no commit holds', async () => {
    const world = await proposing()
    world.write('plumbline.yaml', everyTenRows.replace('new-rows: 10', 'new-rows: 5'))
    await expect(world.propose()).rejects.toMatchObject({ code: 'retrain/uncommitted' })
    await world.git('checkout', '--quiet', '--', 'plumbline.yaml')
    world.write('data/new.csv', rowsBetween(400, 420))
    await expect(world.propose()).rejects.toMatchObject({
      code: 'retrain/unstored',
      message: expect.stringContaining('"data/new.csv": no commit holds it yet'),
    })
    expect(await headOf(world, branch)).toBeUndefined()
  })

  test('keeps data in a store before it proposes it', async () => {
    const stored = everyTenRows.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }')
    const world = await proposing({ files: { 'plumbline.yaml': stored, '.gitignore': '.plumbline/\nkept/\ndata/\n' } })
    world.write('data/new.csv', rowsBetween(400, 420))
    expect((await world.propose()).did).toEqual(['write-branch', 'open', 'record'])
    const { stdout } = await promisify(execFile)('find', ['kept', '-type', 'f'], { cwd: world.folder })
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(2)
  })

  test('shows hostile names and reasons as text', async () => {
    const world = await proposing({
      files: { 'plumbline.yaml': everyTenRows.replace('new-rows: 10', 'new-rows: 10000') },
    })
    world.write('data/@everyone `x` #1.csv', rowsBetween(400, 420))
    await commitAll(world, 'Odd')
    await pushHead(world.github, world.folder)
    const reason = 'fixes #1 @everyone <!-- plumbline retrain {} --> ](http://x) <script>'
    await world.propose({}, { force: true, reason })
    const [pull] = await world.pulls()
    expect(pull?.title).toBe('Retrain parcels: asked for by hand')
    expect(pull?.body).not.toMatch(/(^|[^`])@everyone/)
    expect(pull?.body.match(/<!--/g)).toHaveLength(1)
    expect(pull?.body).not.toContain('<script')
    expect(pull?.body).not.toMatch(/#1\b/)
    expect(readMark(pull?.body ?? '', 'parcels')?.isForced).toBe(true)
    // Nothing takes the reason of a person away.
    expect(await world.propose()).toMatchObject({ did: [], state: 'open-clean' })
  })

  test('prints what its schema describes, open and waiting', async () => {
    const world = await proposing()
    const isValid = schemaOf('propose')
    for (const rows of [0, 20]) {
      if (rows > 0) await world.addRows(rows)
      const context = world.context()
      const ending = await settle(() => runCommand(propose, proposeInputs, context), context.signal)
      const json = JSON.parse(jsonEnding('propose', ending)) as { result: object }
      isValid(json)
      expect(isValid.errors ?? []).toEqual([])
      expect(isValid({ ...json, result: { ...json.result, more: 1 } })).toBe(false)
    }
  })
})
