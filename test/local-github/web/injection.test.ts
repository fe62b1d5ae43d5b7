import { describe, expect, onTestFinished, test } from 'vitest'

import { hostileNames } from '../../bad-input/hostile-names.ts'
import { commitFile } from '../../support/branches.ts'
import { type TestGitHub, testGitHub } from '../../support/local-github.ts'
import { type ReadPage, readPages } from '../../support/read-documents.ts'
import { browser } from '../../support/web-browser.ts'

const names = Object.entries(hostileNames)

type Send = readonly [path: string, body: object]

/** What of a name git lets a branch or a tag be called. */
function refOf(name: string): string {
  return name.replace(/[^\w<>"'&|$()#@!`%=+,;\u200B-\u202E\u2066-\u2069-]/gu, '').slice(0, 80)
}

/** What somebody may name on a page, by the requests that name it. */
function requestsOf(name: string, at: number, sha: string): readonly Send[] {
  return [
    ['/issues', { title: name }],
    ['/issues', { title: `${at}`, labels: [name] }],
    [`/statuses/${sha}`, { state: 'error', context: name, description: name }],
    [`/statuses/${sha}`, { state: 'success', context: `${at}`, description: name }],
    ['/releases', { tag_name: `v${at}${refOf(name)}`, name }],
    ['/deployments', { ref: 'main', environment: name, required_contexts: [] }],
  ]
}

const pages = ['/pulls', '/issues', '/releases', '/actions', '/deployments', '/branches', '/pull/1', '/issues/2']

/** Every page of a repository in which everything is named by these, and how many of the requests GitHub took. */
async function shown(all: readonly string[]) {
  const github = await testGitHub({ tell: () => {} })
  onTestFinished(() => github[Symbol.asyncDispose]())
  const sha = await pullNamed(github, all)
  let taken = 0
  for (const [at, name] of all.entries()) {
    for (const [path, body] of requestsOf(name, at, sha)) {
      taken += Number((await github.call('POST', path, body)).status === 201)
    }
    // Its title is shown as an issue's is; the branch is what costs.
    if (at % 8 > 1) continue
    const head = `b${at}${refOf(name)}`
    await github.call('POST', '/git/refs', { ref: `refs/heads/${head}`, sha })
    taken += Number((await github.call('POST', '/pulls', { title: name, head, base: 'main' })).status === 201)
  }
  const { open } = await browser(github)
  const texts: string[] = []
  for (const path of pages) texts.push((await open(path)).text)
  return { pages: await readPages(texts), taken }
}

/** Pull request 1, of files and commits that are named so; answers its head. */
async function pullNamed(github: TestGitHub, all: readonly string[]): Promise<string> {
  const files = all.map((name, at) => `${at}${name.replace(/[/\0\uD800-\uDFFF]/gu, '').slice(0, 60)}`)
  let sha = await commitFile(github, 'hostile', Object.fromEntries(files.map((file) => [file, `${file}\n`])))
  const { body: head } = await github.call('GET', `/git/commits/${sha}`)
  for (const name of all) {
    const message = `-${name.replaceAll('\0', '')}`
    const made = await github.call('POST', '/git/commits', { message, tree: head.tree.sha, parents: [sha] })
    sha = made.body.sha
  }
  await github.call('PATCH', '/git/refs/heads/hostile', { sha })
  const pull = { title: 'x', head: 'hostile', base: 'main', body: 'x' }
  expect((await github.call('POST', '/pulls', pull)).status).toBe(201)
  return sha
}

/** The shapes of what a page lists, each once, and of what is around: which attributes stand on which tags, in order. */
function shapesOf({ tags }: ReadPage): readonly string[] {
  const rows = tags
    .map((tag) => tag.join(' '))
    .join('\n')
    .split(/^(?=(?:li|article|details|tr)\b)/m)
  return [...new Set(rows)].sort()
}

describe('answerWeb()', () => {
  test('shows every name as text, on every page', { timeout: 60_000 }, async () => {
    const plain = await shown(['name', 'another'])
    const hostile = await shown(['name', ...names.map(([, name]) => name), 'another'])
    expect(hostile.taken).toBeGreaterThan(250)
    for (const [index, path] of pages.entries()) {
      const [page, expected] = [hostile.pages[index], plain.pages[index]]
      expect({ path, shapes: page && shapesOf(page) }).toEqual({ path, shapes: expected && shapesOf(expected) })
      expect(page?.text).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
    }
    expect(hostile.pages[1]?.text).toContain('<script>alert(1)</script><img src=x onerror=alert(1)>')
  })

  test('takes of HTML in what somebody wrote what folds and breaks a line alone, without attributes', async () => {
    await using github = await testGitHub({ tell: () => {} })
    for (const [, name] of names) await github.call('POST', '/issues', { title: 'x', body: `${name}\n\n${name}` })
    const { open } = await browser(github)
    const texts: string[] = []
    for (const at of names.keys()) texts.push((await open(`/issues/${at + 1}`)).text)
    for (const [at, { tags }] of (await readPages(texts)).entries()) {
      const all = tags.map((tag) => tag.join(' '))
      expect({ what: names[at]?.[0], odd: all.filter((tag) => odd.test(tag)) }).toEqual({
        what: names[at]?.[0],
        odd: [],
      })
    }
  }, 30_000)
})

const odd = /^(?:script|iframe|object|embed|svg|style|base|img (?!alt src$))| on\w+/
