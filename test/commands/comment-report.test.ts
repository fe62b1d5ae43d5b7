import { readdirSync, readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { Fault } from '../../action/base/fault.ts'
import { commentReport, refuseCommentHere } from '../../action/commands/comment-report.ts'
import type { ArtifactStore } from '../../action/github/runner/artifact-store.ts'
import type { Ending } from '../../action/report/ending.ts'
import { readReportFile } from '../../action/report/report-file.ts'
import { contextIn } from '../support/command-context.ts'
import { folderStore } from '../support/folder-store.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const ending: Ending = {
  kind: 'done',
  result: {},
  report: { text: 'PASS', markdown: '## PASS\n\nAll gates hold.', outputs: {} },
}

async function contextOf(github: TestGitHub, token: string, event: object, environment: Record<string, string> = {}) {
  const path = join(github.folder, 'event.json')
  await writeFile(path, JSON.stringify(event))
  return {
    ...contextIn(github.folder),
    environment: { GITHUB_EVENT_PATH: path, GITHUB_RUN_ID: '8812', GITHUB_REPOSITORY: 'acme/parcels', ...environment },
    openGitHub: async () => ({ ...github, token, [Symbol.asyncDispose]: async () => {} }),
  }
}

async function issueOf(github: TestGitHub): Promise<number> {
  return (await github.call('POST', '/issues', { title: 'Retrain' })).body.number
}

const jobToken = (github: TestGitHub, change: object = {}) =>
  github.issueToken({ kind: 'job', permissions: { pull_requests: 'write' }, ...change })

describe('commentReport()', () => {
  test('writes the report, says where, and leaves it alone the second time', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const context = await contextOf(github, await jobToken(github), { pull_request: { number } })
    expect(await commentReport(context, 'run', ending)).toMatch(/^Comment written: http.+#issuecomment-/)
    expect(await commentReport(context, 'run', ending)).toMatch(/^Comment unchanged: /)
    const { body } = await github.call('GET', `/issues/${number}/comments`)
    expect(body).toEqual([
      expect.objectContaining({ body: '<!-- plumbline run run=8812 -->\n## PASS\n\nAll gates hold.' }),
    ])
  })

  test('says of a fork’s token why there is none, without a try', async () => {
    const asked: string[] = []
    await using github = await testGitHub({
      interrupt: (_, { method }) => {
        if (method !== undefined) asked.push(method)
        return 'serve'
      },
    })
    const number = await issueOf(github)
    const token = await jobToken(github, { origin: 'fork' })
    const event = { pull_request: { number, head: { repo: { full_name: 'mallory/parcels' } } } }
    const context = await contextOf(github, token, event, { GITHUB_EVENT_NAME: 'pull_request' })
    asked.length = 0
    expect(await commentReport(context, 'run', ending)).toBe(
      'No comment: token: GITHUB_TOKEN, reads only: the change comes from a fork. The same report is in the job’s summary.',
    )
    expect(asked).toEqual([])
  })

  test('leaves the report as an artifact where the token only reads, of the newest step', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const root = tempFolder()
    const leave = async (store: ArtifactStore, from: Ending, folder = 'models/Price') => {
      const event = { pull_request: { number, head: { repo: { full_name: 'mallory/parcels' } } } }
      const token = await jobToken(github, { origin: 'fork' })
      const environment = {
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_RUN_ATTEMPT: '2',
        GITHUB_WORKSPACE: github.folder,
      }
      const context = await contextOf(github, token, event, environment)
      return await commentReport({ ...context, folder: join(github.folder, folder), artifacts: store }, 'run', from)
    }
    const store = folderStore(root)
    expect(await leave(store, ending)).toBe(
      'No comment: token: GITHUB_TOKEN, reads only: the change comes from a fork. The same report is in the job’s summary and in the artifact plumbline-report-run.models-price-2, from which plumbline comment writes it.',
    )
    const later: Ending = { ...ending, kind: 'no', report: { text: 'NO', markdown: '## NO', outputs: {} } }
    await leave(store, later)
    const left = (name: string) => readFileSync(join(root, 'plumbline-report-run.models-price-2', name), 'utf8')
    expect(readdirSync(root)).toEqual(['plumbline-report-run.models-price-2'])
    expect(left('report.md')).toBe('## NO\n')
    expect(readReportFile(Buffer.from(left('report.json')))).toMatchObject({
      ok: true,
      file: { schema: 'plumbline/report/v1', report: { command: 'run', outcome: 'no' } },
    })
    expect(await leave(store, later, '../elsewhere/--')).toContain('plumbline-report-run.elsewhere-2')

    const isGone = () => Promise.reject(new Fault('workflow/artifact', 'Cannot list artifacts: 503', { remedy: 'x' }))
    const broken = { ...store, list: isGone, upload: isGone }
    expect(await leave(broken, ending)).toMatch(/from a fork\. The same report is in the job’s summary\.$/)
    const huge: Ending = { ...ending, kind: 'done', result: 'x'.repeat(9 << 20) }
    expect(await leave(store, huge)).toMatch(/from a fork\. The same report is in the job’s summary\.$/)
  })

  test('says what GitHub refuses, and fails nothing', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const token = await jobToken(github, { permissions: { contents: 'read' } })
    const context = await contextOf(github, token, { pull_request: { number } })
    expect(await commentReport(context, 'run', ending)).toMatch(/^No comment: .+Resource not accessible by integration/)
  })

  test('takes a workspace that is a link for the folder that it is', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const link = join(tempFolder(), 'workspace')
    await symlink(github.folder, link)
    const context = await contextOf(
      github,
      await jobToken(github),
      { pull_request: { number } },
      { GITHUB_WORKSPACE: link },
    )
    await commentReport({ ...context, folder: join(github.folder, 'work') }, 'run', ending)
    const { body } = await github.call('GET', `/issues/${number}/comments`)
    expect(body[0].body).toMatch(/^<!-- plumbline run\/work run=8812 -->\n/)
  })

  test('is of pull requests alone', async () => {
    await using github = await testGitHub()
    expect(await commentReport(await contextOf(github, github.token, {}), 'run', ending)).toBeUndefined()
  })

  test('fits what GitHub takes, however long the report is', async () => {
    await using github = await testGitHub()
    const number = await issueOf(github)
    const context = await contextOf(github, await jobToken(github), { pull_request: { number } })
    const markdown = Array.from({ length: 50 }, (_, n) => `## ${n}\n\n${'x'.repeat(3000)}`).join('\n\n')
    const long: Ending = { kind: 'done', result: {}, report: { text: '', markdown, outputs: {} } }
    expect(await commentReport(context, 'run', long)).toMatch(/^Comment written/)
    const { body } = await github.call('GET', `/issues/${number}/comments`)
    expect(body[0].body).toMatch(
      /\[The job’s summary\]\(http.+\/acme\/parcels\/actions\/runs\/8812\) has all of it\._$/,
    )
  })
})

test('refuseCommentHere() says that a terminal has no pull request', () => {
  expect(() => refuseCommentHere(true, { environment: {} })).toThrow(expect.objectContaining({ code: 'cli/bad-input' }))
  refuseCommentHere(true, { environment: { GITHUB_ACTIONS: 'true' } })
  refuseCommentHere(false, { environment: {} })
})
