import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { githubLimits } from '../../action/local-github/limits.ts'
import { parseRunRecord } from '../../action/pipeline/parse-run-record.ts'
import { downloadAssets } from '../../action/registry/download-assets.ts'
import { downloadRelease } from '../../action/registry/download-release.ts'
import { fetchServing } from '../../action/registry/fetch-serving.ts'
import { heldFiles, knownOfRelease } from '../../action/registry/known-of-release.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { readLineage } from '../../action/registry/lineage.ts'
import { publishedIn } from '../../action/registry/record-published.ts'
import { registerCandidate } from '../../action/registry/register-candidate.ts'
import { findEntry, readRegistry } from '../../action/registry/registry.ts'
import { releaseFacts } from '../../action/registry/release-facts.ts'
import { verifyRelease } from '../../action/registry/verify-release.ts'
import { runRecord, type TestCandidate, testCandidate } from '../support/candidate.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const limits = { assetBytes: 1_000_000, assets: 1000 }
/** It refuses what is larger than a part. */
const strict = { limits: { ...githubLimits, assetBytes: limits.assetBytes + 1 } }
const model = randomBytes(1_250_000).toString('hex')
const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const parts = [1, 2, 3].map((number) => `model.skops.part-000${number}`)
const terms = { progress: silent }

async function register(github: TestGitHub, subject: TestCandidate = testCandidate(runRecord(), model), own = limits) {
  const client = await openGitHubClient(github)
  return registerCandidate(client, { ...subject, commit: github.head, stamp, limits: own }, silent)
}

/** Every asset as GitHub holds it. */
async function rawAssets(github: TestGitHub, id: number): Promise<string> {
  const folder = tempFolder()
  for (const { name, browser_download_url: url } of (await github.call('GET', `/releases/${id}`)).body.assets)
    writeFileSync(join(folder, name), Buffer.from(await (await fetch(url)).arrayBuffer()))
  return folder
}

async function download(github: TestGitHub, tag: string, names: readonly string[] = [], folder = tempFolder()) {
  const client = await openGitHubClient(github)
  const files = await downloadRelease(client, findEntry(await readRegistry(client), tag), { ...terms, folder, names })
  return { folder, files }
}

const parseRun = (value: unknown) => {
  const parsed = parseRunRecord(value)
  return parsed.ok ? parsed.record : undefined
}

async function sumsAgree(folder: string): Promise<void> {
  await promisify(execFile)('sha256sum', ['--check', '--strict', '--quiet', 'sums.txt'], { cwd: folder })
}

describe('a model that is larger than an asset may be', () => {
  test('is published in parts, and the sums, the provenance and the ledger know each and the whole', async () => {
    await using github = await testGitHub(strict)
    const { release } = await register(github)
    expect(
      release.assets
        .map(({ name }) => name)
        .filter((name) => name.startsWith('model.'))
        .toSorted(),
    ).toEqual(parts)

    const raw = await rawAssets(github, release.id)
    const bytes = parts.map((name) => readFileSync(join(raw, name)))
    expect(bytes.map(({ length }) => length)).toEqual([1_000_000, 1_000_000, 500_000])
    expect(Buffer.concat(bytes).toString() === model).toBe(true)
    const sums = readFileSync(join(raw, 'sums.txt'), 'utf8')
    expect(sums).toContain(`${sha256(model)}  model.skops\n# part ${sha256(bytes[0] ?? '')}  ${parts[0]}\n`)
    const statement = JSON.parse(readFileSync(join(raw, 'provenance.intoto.json'), 'utf8'))
    expect(statement.subject.slice(0, 4).map(({ name }: { name: string }) => name)).toEqual(['model.skops', ...parts])
    const [published] = publishedIn((await readLedger(await openGitHubClient(github))).records)
    expect(published?.wholes).toEqual({ 'model.skops': { sha256: sha256(model), bytes: 2_500_000, parts } })
  })

  test('comes back whole, as sha256sum reads it, alone or with all that belongs to it', async () => {
    await using github = await testGitHub(strict)
    const { release } = await register(github)
    const { folder, files } = await download(github, release.tag)
    expect(readFileSync(join(folder, 'model.skops'), 'utf8') === model).toBe(true)
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([])
    expect(files.find(({ name }) => name === 'model.skops')).toMatchObject({ bytes: 2_500_000, sha256: sha256(model) })
    await sumsAgree(folder)
    const alone = await download(github, release.tag, ['model.skops'])
    expect(readdirSync(alone.folder)).toEqual(['model.skops'])
    await expect(download(github, release.tag, ['model.skops.part-0001'])).rejects.toMatchObject({
      code: 'registry/bad-asset',
    })
  })

  test('answers by the whole model', async () => {
    await using github = await testGitHub(strict)
    await register(github)
    const client = await openGitHubClient(github)
    const [record] = publishedIn((await readLedger(client)).records)
    if (!record) throw new Error('nothing is published')
    const keep = tempFolder()
    for (const _ of [1, 2]) {
      await using serving = await fetchServing(client, record, keep, terms)
      expect(readFileSync(serving.model, 'utf8') === model).toBe(true)
      writeFileSync(serving.model, 'edited')
    }
  })

  test('is found by the digest of the whole, and by that of a part', async () => {
    await using github = await testGitHub(strict)
    const { release } = await register(github)
    const client = await openGitHubClient(github)
    for (const digest of [sha256(model), sha256(model.slice(0, 1_000_000))]) {
      expect(await readLineage(client, digest)).toMatchObject({
        release: { tag: release.tag },
        model: { name: 'model.skops', bytes: 2_500_000, sha256: sha256(model) },
      })
    }
    const facts = releaseFacts(findEntry(await readRegistry(client), release.tag), null)
    expect(facts.assets.filter(({ name }) => name.startsWith('model.'))).toEqual([
      { name: 'model.skops', bytes: 2_500_000, sha256: sha256(model), state: 'as published', parts: 3 },
    ])
  })

  test('is verified under its tag, in parts, and put together', async () => {
    await using github = await testGitHub(strict)
    const { release } = await register(github)
    const client = await openGitHubClient(github)
    const found = await knownOfRelease(client, release.tag)
    const folder = tempFolder()
    const files = await downloadAssets(client, heldFiles(found.release, found.known), folder, terms)
    const held = new Map(files.flatMap((file) => Object.entries(file.parts)))
    const there = await verifyRelease({ folder, known: found.known, parts: held, parseRun })
    expect(there.findings.filter(({ check }) => check !== 'data')).toEqual([])
    expect(there.checks.find(({ name }) => name === 'ledger')?.outcome).toBe('agrees')

    const raw = await rawAssets(github, release.id)
    for (const place of [folder, raw]) {
      const { checks } = await verifyRelease({ folder: place, parseRun })
      expect(
        checks.filter(({ name }) => name === 'files' || name === 'provenance').map(({ outcome }) => outcome),
      ).toEqual(['agrees', 'agrees'])
    }
    const second = readFileSync(join(raw, parts[1] ?? ''))
    second[77] = (second[77] ?? 0) ^ 1
    writeFileSync(join(raw, parts[1] ?? ''), second)
    const flipped = await verifyRelease({ folder: raw, parseRun })
    expect(flipped.findings.filter(({ check }) => check === 'files').map(({ subject }) => subject)).toEqual([
      'model.skops',
      parts[1],
    ])
    rmSync(join(raw, parts[2] ?? ''))
    const gone = await verifyRelease({ folder: raw, parseRun })
    expect(gone.findings.filter(({ check }) => check === 'files').map(({ subject }) => subject)).toContain(parts[2])
  })

  test('is registered again without an upload, and refused where it has other bytes', async () => {
    let uploads = 0
    const interrupt: Interrupt = (moment, { method, url }) => {
      if (moment === 'before' && method === 'POST' && url?.includes('/assets')) uploads += 1
      return 'serve'
    }
    await using github = await testGitHub({ ...strict, interrupt })
    const first = await register(github)
    uploads = 0
    expect(await register(github)).toMatchObject({ isNew: false, release: { id: first.release.id } })
    expect(uploads).toBe(0)
    const other = `${model.slice(0, -1)}x`
    await expect(register(github, testCandidate(runRecord(), other))).rejects.toMatchObject({
      code: 'registry/bytes-differ',
      message: expect.stringContaining('"model.skops.part-0003"'),
    })
    await github.call('DELETE', `/releases/${first.release.id}`)
    await expect(register(github, testCandidate(runRecord(), 'short'))).rejects.toMatchObject({
      code: 'registry/bytes-differ',
    })
    expect(await register(github)).toMatchObject({ release: { tag: first.release.tag } })
  })

  test('is not trusted where somebody replaced a part', async () => {
    await using github = await testGitHub(strict)
    const { release } = await register(github)
    const part = release.assets.find(({ name }) => name === parts[1])
    await github.call('DELETE', `/releases/assets/${part?.id}`)
    await github.call('POST', `/releases/${release.id}/assets?name=${parts[1]}`, Buffer.alloc(1_000_000))
    await expect(download(github, release.tag)).rejects.toMatchObject({
      code: 'registry/bytes-differ',
      message: expect.stringContaining(parts[1] ?? ''),
    })
  })

  test('is gone on with where a download ended, part by part', async () => {
    const ranges: (string | undefined)[] = []
    const interrupt: Interrupt = (moment, { method, headers }) => {
      if (moment === 'before' && method === 'GET' && headers.accept === 'application/octet-stream')
        ranges.push(headers.range)
      return 'serve'
    }
    await using github = await testGitHub({ ...strict, interrupt })
    const { release } = await register(github)
    const temporary = `.model.skops.${sha256(model).slice(0, 16)}.part`
    const cases = [
      { left: model.slice(0, 1_600_000), expected: ['bytes=600000-', undefined] },
      { left: model.slice(0, 2_000_000), expected: [undefined] },
      { left: model, expected: [] },
      // Its first part is damaged, and what follows cannot be told from it.
      { left: `x${model.slice(1, 1_600_000)}`, expected: [undefined, undefined, undefined] },
      {
        left: `${model.slice(0, 1_100_000)}x${model.slice(1_100_001, 1_600_000)}`,
        expected: ['bytes=600000-', undefined, undefined],
      },
      { left: `${model}and more`, expected: [] },
    ]
    for (const { left, expected } of cases) {
      const folder = tempFolder({ [temporary]: left })
      ranges.length = 0
      await download(github, release.tag, ['model.skops'], folder)
      expect(ranges).toEqual(expected)
      expect(readFileSync(join(folder, 'model.skops'), 'utf8') === model).toBe(true)
      expect(readdirSync(folder)).toEqual(['model.skops'])
    }
  })

  test('is refused with words where it takes more assets than a release can have', async () => {
    await using github = await testGitHub(strict)
    await expect(register(github, undefined, { assetBytes: 10_000, assets: 200 })).rejects.toMatchObject({
      code: 'registry/bad-asset',
      message: expect.stringMatching(/Cannot publish 2\d\d assets in one release: GitHub takes 200/),
    })
    expect((await github.call('GET', '/releases')).body).toEqual([])
  })

  test('of a folder is cut as its archive', async () => {
    await using github = await testGitHub(strict)
    const subject = testCandidate()
    const folder = join(subject.folder, 'released', 'forest')
    mkdirSync(folder)
    writeFileSync(join(folder, 'trees.bin'), randomBytes(1_500_000))
    const candidate = { ...subject.candidate, releasedModel: folder }
    const { release } = await register(github, { ...subject, candidate })
    const client = await openGitHubClient(github)
    const [record] = publishedIn((await readLedger(client)).records)
    if (!record) throw new Error('nothing is published')
    expect(Object.keys(record.wholes)).toEqual(['model.tar.gz'])
    await using serving = await fetchServing(client, record, tempFolder(), terms)
    expect(readFileSync(join(serving.model, 'trees.bin')).equals(readFileSync(join(folder, 'trees.bin')))).toBe(true)
    const put = await download(github, release.tag)
    await sumsAgree(put.folder)
  })
})
