import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { dataFetch } from '../../action/commands/data-fetch.ts'
import type { CommandContext } from '../../action/commands/define-command.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { contextIn } from '../support/command-context.ts'
import { plumbline } from '../support/command-line.ts'
import { dataServer, loopbackWeb, statusAnswer } from '../support/data-server.ts'
import { s3Fake } from '../support/s3-fake.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const withSource = (source: string) => tinyYaml.replace('data/*.csv', `{ parcels: { ${source} } }`)

async function projectWith(source: string, files: Readonly<Record<string, string>> = {}) {
  return await tinyProject({ files: { 'plumbline.yaml': withSource(source), ...files } })
}

function contextOf(folder: string, environment: Readonly<Record<string, string>> = {}): CommandContext {
  return { ...contextIn(folder), environment: { ...process.env, ...environment }, web: loopbackWeb() }
}

async function fetchIn(folder: string, environment: Readonly<Record<string, string>> = {}, source: string[] = []) {
  const outcome = await dataFetch.run({ source }, contextOf(folder, environment))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, report: await dataFetch.report(outcome.result) }
}

describe('data fetch', () => {
  test('brings what is remote, says what came, and that nothing is new the next time', async () => {
    const server = await dataServer(statusAnswer(200, { etag: '"1"' }, tinyRows(40)))
    const { folder } = await projectWith(`from: 'https://x.example/parcels.csv'`)
    const web = { ...loopbackWeb(), get: toServer(server.url) }
    const context = { ...contextOf(folder), web }
    const outcome = await dataFetch.run({ source: [] }, context)
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    const first = await dataFetch.report(outcome.result)
    expect(first.text).toMatch(
      /^FETCHED {2}1 file of 1 source · 1\.\d kB in \d\.\d s\n {2}parcels {2}data\/parcels: 1 new · 1\.\d kB fetched\n {2}\+ data\/parcels\/parcels\.csv {2}1\.\d kB$/,
    )
    expect(first.outputs).toMatchObject({ verdict: 'pass', changed: 'true', 'landed-files': '1' })
    expect(first.next).toBe('plumbline snapshot')
    expect(first.markdown).toContain('| new | `data/parcels/parcels.csv` |')
    server.answer = statusAnswer(304)
    const again = await dataFetch.run({ source: ['parcels'] }, context)
    if (again.kind !== 'done') throw new Error(JSON.stringify(again))
    const { text, outputs } = await dataFetch.report(again.result)
    expect(text).toMatch(/^UNCHANGED {2}1 file of 1 source: nothing new/)
    expect(outputs).toMatchObject({ changed: 'false', 'fetched-bytes': '0' })
  })

  test('says that nothing is remote', async () => {
    const { folder } = await tinyProject()
    expect((await fetchIn(folder)).report.text).toBe('NOTHING  no source of plumbline.yaml is remote')
    await expect(fetchIn(folder, {}, ['feature'])).rejects.toMatchObject({ remedy: 'Did you mean "features"?' })
    await expect(fetchIn(folder, {}, ['features'])).rejects.toThrow('its files lie in this folder')
  })

  test('runs a program poor, with its reads and the pinned until, and lands what it writes', async () => {
    const program = `import { readdirSync, writeFileSync, readFileSync, mkdirSync } from 'node:fs'
const out = process.env.PLUMBLINE_OUT_DATA
mkdirSync(out + '/sub')
writeFileSync(out + '/sub/parcels.csv', readFileSync('rows.txt', 'utf8').slice(1))
console.log('token is ' + process.env.API_TOKEN)
console.log(JSON.stringify({ env: Object.keys(process.env).sort(), files: readdirSync('.').sort(), since: process.env.PLUMBLINE_SINCE }))
`
    const { folder } = await projectWith('run: node fetch.mjs, secrets: [API_TOKEN], env: { PAGES: 2 }', {
      'fetch.mjs': program,
      'rows.txt': `#${tinyRows(40)}`,
    })
    const secrets = { API_TOKEN: 'token-1234', AWS_SECRET_ACCESS_KEY: 'store-key', GITHUB_TOKEN: 'gh-key' }
    const { sources } = await fetchIn(folder, secrets)
    expect(sources[0]?.files).toMatchObject([{ path: 'data/parcels/sub/parcels.csv', change: 'new' }])
    const log = () => readFileSync(join(folder, '.plumbline/landed/parcels.log'), 'utf8')
    expect(log()).toContain('token is ***')
    const told = JSON.parse(log().split('\n')[1] ?? '') as { env: string[]; files: string[]; since?: string }
    expect(told.env).toEqual(expect.arrayContaining(['API_TOKEN', 'PAGES', 'PLUMBLINE_OUT_DATA', 'HOME']))
    expect(told.env.filter((name) => /^(AWS|GITHUB)_/.test(name))).toEqual([])
    expect(told.files).toEqual(expect.arrayContaining(['fetch.mjs', 'rows.txt']))
    expect(told.since).toBeUndefined()
    const pinned = await snapshot.run({ ...snapshotInputs, 'no-fetch': true }, contextOf(folder))
    expect(pinned.kind).toBe('done')
    expect((await fetchIn(folder, secrets)).isChanged).toBe(false)
    expect(log()).toContain('"since":"2025-01-02T15:00:00Z"')
  })

  test.each([
    ['console.error("no luck"); process.exit(3)', 'stage/failed', /ended with code 3; expected 0\n.*no luck/],
    ['', 'stage/no-output', /program of source "parcels": it ended well but wrote no "data"/],
    ['setTimeout(() => {}, 60000)', 'stage/timeout', /longer than its timeout/],
    ['fs.symlinkSync("/etc/hosts", out + "/a.csv")', 'stage/linked-output', /is a link or a device/],
    ['fs.writeFileSync(out + "/a.txt", "x")', 'source/no-name', /its ending is unknown/],
    ['fs.writeFileSync(out + "/a.csv", "")', 'source/not-data', /it is empty/],
    ['fs.writeFileSync(out + "/.a.csv", "x\\n1\\n")', 'data/bad-path', /its name is not plain/],
  ])('lands nothing of a program that does %s', async (body, code, message) => {
    const program = `import fs from 'node:fs'\nconst out = process.env.PLUMBLINE_OUT_DATA\n${body}\n`
    const { folder } = await projectWith('run: node fetch.mjs, timeout: 3s', { 'fetch.mjs': program })
    await expect(fetchIn(folder)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    const left = existsSync(join(folder, 'data/parcels')) ? readdirSync(join(folder, 'data/parcels')) : []
    expect(left.filter((name) => !name.startsWith('.'))).toEqual([])
  })

  test('refuses a folder for what is fetched that leads out by a link', async () => {
    const { folder } = await projectWith(`from: 'https://x.example/a.csv', into: out/a`)
    symlinkSync(tempFolder(), join(folder, 'out'))
    await expect(fetchIn(folder)).rejects.toMatchObject({ code: 'data/outside-folder' })
  })
})

describe('snapshot and validate', () => {
  const yaml = `from: 's3://lake/*.csv'`

  test('snapshot fetches first, unless told not to', async () => {
    const s3 = await s3Fake({ 'lake/a.csv': tinyRows(40) })
    const { folder } = await projectWith(yaml)
    const context = contextOf(folder, s3.environment)
    await expect(snapshot.run({ ...snapshotInputs, 'no-fetch': true }, context)).rejects.toMatchObject({
      code: 'data/no-files',
    })
    const outcome = await snapshot.run(snapshotInputs, context)
    expect(outcome).toMatchObject({ kind: 'done', result: { rows: 40, files: 1 } })
    s3.objects.set('lake/a.csv', Buffer.from(tinyRows(60)))
    expect(await snapshot.run({ ...snapshotInputs, check: true }, context)).toMatchObject({ kind: 'done' })
    expect(await snapshot.run(snapshotInputs, context)).toMatchObject({ result: { rows: 60 } })
  })

  test('validate fetches only what never landed', async () => {
    const s3 = await s3Fake({ 'lake/a.csv': tinyRows(40) })
    const { folder } = await projectWith(yaml)
    const context = contextOf(folder, s3.environment)
    const inputs = validateInputs
    expect(await validate.run(inputs, context)).toMatchObject({ result: { rows: 40 } })
    const asked = s3.asked.length
    s3.objects.set('lake/a.csv', Buffer.from(tinyRows(60)))
    expect(await validate.run(inputs, context)).toMatchObject({ result: { rows: 40 } })
    expect(s3.asked.length).toBe(asked)
  })

  test('neither runs a program where it may not', async () => {
    const program = `import { writeFileSync } from 'node:fs'\nwriteFileSync(process.env.PLUMBLINE_OUT_DATA + '/a.csv', ${JSON.stringify(tinyRows(40))})\n`
    const { folder } = await projectWith('run: node fetch.mjs', { 'fetch.mjs': program })
    const inWorkflow = {
      ...contextOf(folder),
      artifacts: { upload: noArtifacts, download: noArtifacts, list: noArtifacts, remove: noArtifacts },
    }
    const inputs = validateInputs
    const notRun = { code: 'source/not-run', message: expect.stringContaining('plumbline.yaml:3') }
    await expect(snapshot.run(snapshotInputs, inWorkflow)).rejects.toMatchObject(notRun)
    await expect(validate.run(inputs, contextOf(folder))).rejects.toMatchObject(notRun)
    await fetchIn(folder)
    writeFiles(folder, { 'fetch.mjs': 'process.exit(1)' })
    expect(await snapshot.run(snapshotInputs, inWorkflow)).toMatchObject({ kind: 'done' })
    await expect(snapshot.run(snapshotInputs, contextOf(folder))).rejects.toMatchObject({
      code: 'stage/failed',
    })
  })
})

describe('the built plumbline', () => {
  test('fetches from S3 and tells of it, without a secret', async () => {
    const s3 = await s3Fake({ 'lake/a.csv': tinyRows(40), 'lake/b.csv': tinyRows(30) })
    const { folder } = await projectWith(`from: 's3://lake/*.csv'`)
    const { code, stdout, stderr } = await plumbline(folder, ['data', 'fetch'], { environment: s3.environment })
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^parcels +✓ 2 new · 2\.\d kB fetched +\d+\.\d s$/),
    })
    expect(stdout).toMatch(/^FETCHED {2}2 files of 1 source/)
    expect(stdout).toContain('Next:  plumbline snapshot')
  })
})

async function noArtifacts(): Promise<never> {
  throw new Error('no artifact is needed here')
}

describe('credentials of S3', () => {
  const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-session</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

  test.each([
    [
      'a web identity',
      { AWS_ROLE_ARN: 'arn:aws:iam::1:role/r', AWS_WEB_IDENTITY_TOKEN_FILE: 'token' },
      'ASIAROLE',
      'role-session',
    ],
    ['a profile', { AWS_PROFILE: 'work', AWS_SHARED_CREDENTIALS_FILE: 'credentials' }, 'AKIAWORK', undefined],
    [
      'keys with a session',
      { AWS_ACCESS_KEY_ID: 'ASIAKEYS', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 's' },
      'ASIAKEYS',
      's',
    ],
  ])('come from %s', async (_, variables, keyId, session) => {
    const s3 = await s3Fake({ 'lake/a.csv': tinyRows(40) })
    const signed: unknown[] = []
    const whole = s3.answer
    s3.answer = (request, response) => {
      if (request.method === 'POST')
        return statusAnswer(200, { 'content-type': 'text/xml' }, assumed)(request, response)
      signed.push([
        /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1],
        request.headers['x-amz-security-token'],
      ])
      whole(request, response)
    }
    const { folder } = await projectWith(`from: 's3://lake/a.csv'`, {
      token: 'a.web.token',
      credentials: '[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = x\n',
    })
    const environment = { AWS_ENDPOINT_URL: s3.url, AWS_REGION: 'eu-central-1', HOME: folder, ...variables }
    const { code, stderr } = await plumbline(folder, ['data', 'fetch'], { environment })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(signed).toEqual([[keyId, session]])
  })
})

/** Every address leads to one server. */
function toServer(url: string) {
  const { get } = loopbackWeb()
  return async (asked: URL, ...rest: [Record<string, string>, AbortSignal]) =>
    await get(new URL(asked.pathname, url), ...rest)
}
