import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { openStore } from '../../action/data/stores/store.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { listReleases } from '../../action/github/releases.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { readDataLock } from '../../action/project/data-lock.ts'
import { readProject } from '../../action/project/read-project.ts'
import { plumbline } from '../support/command-line.ts'
import { eachFault } from '../support/each-fault.ts'
import { push, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { commitAll } from '../support/registered-project.ts'
import { type S3Fake, s3Error, s3Fake } from '../support/s3-fake.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

type Moment = 'before' | 'after'
type Environment = Readonly<Record<string, string>>

/** The server's nth write ends the process that asked for it, before or after it is done. */
interface Trap {
  at: number
  moment: Moment
  writes: number
  spring: () => void
}

const openTrap = (): Trap => ({ at: 0, moment: 'before', writes: 0, spring: () => {} })

async function projectFor(store: string, large = false) {
  const yaml = tinyYaml.replace('data/*.csv }', `data/*.csv, store: ${store} }`)
  const files = { 'plumbline.yaml': `${yaml}privacy: { public: true }\n`, '.gitignore': '.plumbline/\ndata/\n' }
  const more = { 'data/b.csv': tinyRows(5).replaceAll(/^p/gm, 'q'), 'data/c.csv': tinyRows(4).replaceAll(/^p/gm, 'r') }
  const project = await tinyProject({ rows: large ? 700_000 : 50, files: large ? files : { ...files, ...more } })
  await commitAll(project, 'Begin')
  return project
}

/** Pushes from a copy of its own, as another machine would, which the trap may kill. */
async function pushFrom(folder: string, environment: Environment, trap: Trap, at: number, moment: Moment) {
  const stop = new AbortController()
  Object.assign(trap, { at, moment, writes: 0, spring: () => stop.abort() })
  const { code, stderr } = await plumbline(folder, ['snapshot', '--push'], { environment, signal: stop.signal })
  Object.assign(trap, { at: 0, spring: () => {} })
  return { code, stderr }
}

/** Kills the push at each write, before and after it, and pushes again; `state` is then as after a push that nobody disturbed. */
async function killAtEach(
  folder: string,
  environment: Environment,
  trap: Trap,
  { clear, state }: { readonly clear: () => Promise<void> | void; readonly state: () => Promise<unknown> },
): Promise<number> {
  const begin = async () => {
    await clear()
    for (const gone of ['data.lock.yaml', '.plumbline']) rmSync(join(folder, gone), { recursive: true, force: true })
  }
  await begin()
  expect(await pushFrom(folder, environment, trap, 0, 'before')).toMatchObject({ code: 0 })
  const whole = await state()
  let points = 0
  for (let at = 1, isOver = false; !isOver; at += 1) {
    for (const moment of ['before', 'after'] as const) {
      await begin()
      const killed = await pushFrom(folder, environment, trap, at, moment)
      if (killed.code === 0) {
        isOver = true
        break
      }
      expect(killed.code, `${moment} ${at}: ${killed.stderr}`).toBeNull()
      points += 1
      expect(await pushFrom(folder, environment, trap, 0, 'before')).toMatchObject({ code: 0 })
      expect(await state(), `killed ${moment} write ${at}`).toEqual(whole)
    }
  }
  return points
}

function trapS3(s3: S3Fake, trap: Trap): void {
  const serve = s3.answer
  s3.answer = (request, response) => {
    const isWrite = request.method === 'PUT' || request.method === 'POST'
    const isHit = isWrite && ++trap.writes === trap.at
    if (!isHit) return serve(request, response)
    if (trap.moment === 'before') return trap.spring()
    const silent = Object.assign(Object.create(response), { writeHead: () => silent, end: () => trap.spring() })
    serve(request, silent)
  }
}

function trapGitHub(trap: Trap): Interrupt {
  return (moment, { method }) => {
    if (method === 'GET') return 'serve'
    if (moment === 'before') trap.writes += 1
    if (trap.writes !== trap.at || moment !== trap.moment) return 'serve'
    trap.spring()
    return 'drop'
  }
}

function gitHubEnvironment(github: TestGitHub): Environment {
  return {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_TOKEN: github.token,
  }
}

/** How many of the lock's files cannot be had from the store alone. */
async function missing(folder: string, environment: Environment, github?: TestGitHub): Promise<number> {
  const read = await readProject(folder)
  const lock = readDataLock('data.lock.yaml', readFileSync(join(folder, 'data.lock.yaml'), 'utf8'))
  if (!read.ok || !lock.ok) throw new Error('no project, or no lock')
  const openGitHub = async () => {
    if (!github) throw new Error('no GitHub')
    return { ...github, [Symbol.asyncDispose]: async () => {} }
  }
  await using store = openStore({ ...read.value, folder: tempFolder() }, { environment, openGitHub })
  let lost = 0
  for (const entry of Object.values(lock.value.sections).flat()) {
    await store.fetch(entry).catch(() => {
      lost += 1
    })
  }
  return lost
}

async function releaseStates(github: TestGitHub) {
  const releases = await listReleases(await openGitHubClient(github))
  return releases.map(({ tag, isDraft, assets }) => ({ tag, isDraft, assets: assets.map(({ name }) => name).sort() }))
}

async function clearReleases(github: TestGitHub): Promise<void> {
  for (const { id } of (await github.call('GET', '/releases')).body) await github.call('DELETE', `/releases/${id}`)
  for (const { ref } of (await github.call('GET', '/git/matching-refs/tags/')).body)
    await github.call('DELETE', `/git/${ref}`)
}

describe('snapshot --push to s3', () => {
  test.each([
    ['three files', false],
    ['one in parts', true],
  ])('killed at each write of %s and run again, it ends the same', { timeout: 600_000 }, async (name, isLarge) => {
    const s3 = await s3Fake({})
    const trap = openTrap()
    trapS3(s3, trap)
    const { folder } = await projectFor('{ s3: acme/parcels }', isLarge)
    const points = await killAtEach(folder, s3.environment, trap, {
      clear: () => {
        s3.objects.clear()
        for (const id of s3.uploads().keys()) s3.forget(id)
      },
      state: async () => [[...s3.objects.keys()].sort(), await missing(folder, s3.environment)],
    })
    console.log(`snapshot --push to s3, ${name}: killed at ${points} points`)
    expect(points).toBeGreaterThan(5)
  })

  test.each([2, 8])('%i at once leave each object once', { timeout: 120_000 }, async (processes) => {
    const s3 = await s3Fake({})
    const { folder } = await projectFor('{ s3: acme/parcels }')
    const folders = copies(folder, processes)
    const ends = await Promise.all(
      folders.map((own) => plumbline(own, ['snapshot', '--push'], { environment: s3.environment })),
    )
    expect(ends.map(({ code }) => code)).toEqual(folders.map(() => 0))
    expect(s3.objects.size).toBe(3)
    for (const own of folders) expect(await missing(own, s3.environment)).toBe(0)
  })

  test('each kind of fault at each call, and then once more: the same end', { timeout: 600_000 }, async () => {
    const s3 = await s3Fake({})
    const { folder } = await projectFor('{ s3: acme/parcels }')
    const serve = s3.answer
    const isPushed = async () => (await plumbline(folder, ['snapshot', '--push'], { environment: s3.environment })).code
    expect(await isPushed()).toBe(0)
    const calls = s3.asked.length
    const kinds = {
      drop: (request) => request.socket.destroy(),
      '500': s3Error(500, 'InternalError'),
      '503': s3Error(503, 'SlowDown'),
      '403': s3Error(403, 'AccessDenied'),
      '409': s3Error(409, 'ConditionalRequestConflict'),
    } satisfies Record<string, S3Fake['answer']>
    let points = 0
    for (let at = 1; at <= calls; at += 1) {
      for (const [kind, fail] of Object.entries(kinds)) {
        s3.objects.clear()
        rmSync(join(folder, 'data.lock.yaml'), { force: true })
        let seen = 0
        s3.answer = (request, response) => (++seen === at ? fail(request, response) : serve(request, response))
        const first = await isPushed()
        s3.answer = serve
        expect(first === 0 || (await isPushed()) === 0, `${kind} at ${at}`).toBe(true)
        expect([s3.objects.size, await missing(folder, s3.environment)], `${kind} at ${at}`).toEqual([3, 0])
        points += 1
      }
    }
    console.log(`snapshot --push to s3: ${points} faults`)
    expect(points).toBeGreaterThan(30)
  })
})

describe('snapshot --push to releases', () => {
  test('killed at each write and run again, it ends the same', { timeout: 600_000 }, async () => {
    const trap = openTrap()
    await using github = await testGitHub({ interrupt: trapGitHub(trap) })
    const { folder } = await projectFor('releases')
    await push(github, folder, '+HEAD:refs/heads/main')
    const environment = gitHubEnvironment(github)
    const points = await killAtEach(folder, environment, trap, {
      clear: () => clearReleases(github),
      state: async () => [await releaseStates(github), await missing(folder, environment, github)],
    })
    console.log(`snapshot --push to releases: killed at ${points} points`)
    expect(points).toBeGreaterThan(6)
  })

  test.each([2, 8])('%i at once leave one release', { timeout: 120_000 }, async (processes) => {
    await using github = await testGitHub()
    const { folder } = await projectFor('releases')
    await push(github, folder, '+HEAD:refs/heads/main')
    const environment = gitHubEnvironment(github)
    const folders = copies(folder, processes)
    const ends = await Promise.all(folders.map((own) => plumbline(own, ['snapshot', '--push'], { environment })))
    expect(ends.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(folders.map(() => 0))
    expect((await releaseStates(github)).map(({ isDraft }) => isDraft)).toEqual([false])
    for (const own of folders) expect(await missing(own, environment, github)).toBe(0)
  })

  test('each kind of fault at each call, and then once more: the same end', { timeout: 500_000 }, async () => {
    await using github = await testGitHub({ limits: { slowMs: 1, retryAfterSeconds: 0 } })
    const { folder } = await projectFor('releases')
    await push(github, folder, '+HEAD:refs/heads/main')
    const read = await readProject(folder)
    const { stdout } = await plumbline(folder, ['snapshot'])
    expect(stdout).not.toBe('')
    const lock = readDataLock('data.lock.yaml', readFileSync(join(folder, 'data.lock.yaml'), 'utf8'))
    if (!read.ok || !lock.ok) throw new Error('no project, or no lock')
    const files = Object.values(lock.value.sections).flat()
    const pushed = async () => {
      // As a laptop does, whose embedded GitHub nobody waits for.
      const openGitHub = async () => ({ ...github, [Symbol.asyncDispose]: async () => {} })
      await using store = openStore(read.value, { environment: {}, openGitHub })
      await store.push?.(
        files.map((file) => ({ ...file, absolutePath: join(folder, file.path) })),
        {},
      )
    }
    const before = github.calls().length
    await pushed()
    // A limit that says no time is waited out for a minute, whatever is asked.
    const faults = eachFault(github.calls().slice(before)).filter(({ kind }) => !kind.endsWith('-bare'))
    for (const fault of faults) {
      await clearReleases(github)
      github.fault(fault)
      await pushed().catch(() => undefined)
      github.faultless()
      await pushed()
      const states = await releaseStates(github)
      expect(
        states.map(({ isDraft }) => isDraft),
        `${fault.kind} at ${fault.at}`,
      ).toEqual([false])
      expect(await missing(folder, {}, github), `${fault.kind} at ${fault.at}`).toBe(0)
    }
    console.log(`snapshot --push to releases: ${faults.length} faults`)
    expect(faults.length).toBeGreaterThan(40)
  })
})

/** As on so many machines. */
function copies(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const own = join(tempFolder(), 'parcels')
    cpSync(folder, own, { recursive: true })
    writeFileSync(join(own, '.copy'), String(at))
    return own
  })
}
