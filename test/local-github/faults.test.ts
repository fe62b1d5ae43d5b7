import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { type FaultKind, faultKinds, openFaultBoard, parseFault } from '../../action/local-github/faults.ts'
import type { Call } from '../../action/local-github/name-call.ts'
import { eachFault } from '../support/each-fault.ts'
import { push, type TestGitHub, testGitHub } from '../support/local-github.ts'

const create = 'POST /repos/{owner}/{repo}/releases'
const kinds = Object.keys(faultKinds) as FaultKind[]

function call(over: Partial<Call>): Call {
  const address = new URL('http://127.0.0.1/')
  return { method: 'GET', name: 'GET /', isGit: false, isUpload: false, isList: false, isApi: true, address, ...over }
}

async function make(github: TestGitHub): Promise<number | string> {
  try {
    return (await github.call('POST', '/releases', { tag_name: 'v1', draft: true })).status
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function count(github: TestGitHub): Promise<number> {
  return (await github.call('GET', '/releases')).body.length
}

describe('parseFault()', () => {
  test.each([
    ['500@3', { kind: '500', at: 3 }],
    [`drop-after@1 ${create}`, { kind: 'drop-after', at: 1, route: create }],
  ])('reads %s', (text, expected) => {
    expect(parseFault(text)).toEqual(expected)
  })

  test.each([
    ['500', /expected KIND@N/],
    ['500@0', /expected KIND@N/],
    ['stale-lists@1', /did you mean stale-list\?/],
    ['toString@1', /is no kind of fault/],
  ])('refuses %s', (text, message) => {
    expect(() => parseFault(text)).toThrow(message)
  })
})

describe('faultKinds', () => {
  test('stand in the documentation, all of them', () => {
    const page = readFileSync(new URL('../../docs/embedded-github.md', import.meta.url), 'utf8')
    expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([])
  })
})

describe('openFaultBoard()', () => {
  test.each(kinds)('%s befalls some call, once, at its number', (kind) => {
    const board = openFaultBoard()
    board.switchOn({ kind, at: 2 })
    const fitting = [{}, { method: 'POST' }, { method: 'POST', isUpload: true }, { isList: true }]
      .map(call)
      .filter((one) => faultKinds[kind].befalls(one))
    expect(fitting.length).toBeGreaterThan(0)
    const [one] = fitting
    expect([1, 2, 3].map(() => board.strike(one ?? call({})))).toEqual([undefined, kind, undefined])
  })

  test('counts only the calls of a route, and as often as it is told', () => {
    const board = openFaultBoard()
    board.switchOn({ kind: '500', at: 1, times: 2, route: create })
    const made = call({ method: 'POST', name: create })
    expect([call({}), made, made, made].map((one) => board.strike(one))).toEqual([undefined, '500', '500', undefined])
    board.switchOn({ kind: '500', at: 1 })
    board.switchAllOff()
    expect(board.strike(call({}))).toBeUndefined()
  })
})

describe('fault()', () => {
  test.each<[FaultKind, number | string, number]>([
    ['drop-before', 'fetch failed', 0],
    ['drop-after', 'fetch failed', 1],
    ['500', 500, 0],
    ['502-after', 502, 1],
    ['409', 409, 0],
    ['secondary-403', 403, 0],
    ['secondary-403-bare', 403, 0],
    ['429', 429, 0],
    ['429-bare', 429, 0],
    ['slow', 201, 1],
  ])('%s answers %s and leaves %i made', async (kind, answer, made) => {
    await using github = await testGitHub({ limits: { slowMs: 1 } })
    github.fault(`${kind}@1 ${create}`)
    expect(await make(github)).toBe(answer)
    expect(await count(github)).toBe(made)
    expect(await make(github)).toBe(201)
    expect(await count(github)).toBe(made + 1)
  })

  test.each<[FaultKind, string | null]>([
    ['secondary-403', '1'],
    ['secondary-403-bare', null],
    ['429', '1'],
    ['429-bare', null],
  ])('%s says retry-after %s', async (kind, header) => {
    await using github = await testGitHub()
    github.fault({ kind, at: 1 })
    const answer = await github.call('GET', '/releases')
    expect(answer.headers.get('retry-after')).toBe(header)
    expect(answer.body.message).toContain('secondary rate limit')
  })

  test('502-mid-upload leaves a starter asset, which must go before the next try (getsentry/craft #313)', async () => {
    await using github = await testGitHub()
    const { call: ask } = github
    const { id } = (await ask('POST', '/releases', { tag_name: 'v1', draft: true })).body
    github.fault('502-mid-upload@1')
    expect((await ask('POST', `/releases/${id}/assets?name=a`, Buffer.alloc(1 << 20))).status).toBe(502)
    const [starter] = (await ask('GET', `/releases/${id}/assets`)).body
    expect(starter).toMatchObject({ state: 'starter', digest: null, size: 0 })
    expect((await ask('POST', `/releases/${id}/assets?name=a`, Buffer.from('a'))).status).toBe(422)
    await ask('DELETE', `/releases/assets/${starter.id}`)
    expect((await ask('POST', `/releases/${id}/assets?name=a`, Buffer.from('a'))).body.state).toBe('uploaded')
  })

  test('stale-list hides what was made since the start, once', async () => {
    await using github = await testGitHub()
    await make(github)
    github.fault('stale-list@1 GET /repos/{owner}/{repo}/releases')
    expect(await count(github)).toBe(0)
    expect(await count(github)).toBe(1)
  })

  test.each<[FaultKind, boolean]>([
    ['drop-before', false],
    ['drop-after', true],
    ['500', false],
  ])('%s befalls a push, which leaves it done: %s', async (kind, isDone) => {
    await using github = await testGitHub()
    // Curl tries again by itself where a kept connection breaks before any answer.
    github.fault({ kind, at: 1, times: 9, route: 'git push' })
    await expect(push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x')).rejects.toThrow('git')
    expect((await github.call('GET', '/git/matching-refs/heads/x')).body).toHaveLength(isDone ? 1 : 0)
    github.faultless()
    await push(github, join(github.folder, 'work'), 'HEAD:refs/heads/x')
  })
})

describe('eachFault()', () => {
  test('names each kind at each call of a scenario, and each befalls its call', async () => {
    await using github = await testGitHub()
    const start = github.calls().length
    const scenario = async () => {
      const { id } = (await github.call('POST', '/releases', { tag_name: 'v1', draft: true })).body
      await github.call('POST', `/releases/${id}/assets?name=a`, Buffer.from('a'))
      await github.call('GET', '/releases')
    }
    await scenario()
    const calls = github.calls().slice(start)
    const faults = eachFault(calls)

    expect(calls.map(({ name }) => name)).toEqual([
      create,
      `${create}/{release_id}/assets`,
      create.replace('POST', 'GET'),
    ])
    expect(faults.length).toBe(kinds.reduce((sum, kind) => sum + calls.filter(faultKinds[kind].befalls).length, 0))
    for (const fault of faults) {
      const board = openFaultBoard()
      board.switchOn(fault)
      expect(calls.map(board.strike).filter(Boolean)).toEqual([fault.kind])
    }
  })
})
