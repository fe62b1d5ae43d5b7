import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { pinData } from '../support/pin-data.ts'
import { runMain } from '../support/run-main.ts'
import { type TinyProject, tinyProject, tinyYaml } from '../support/tiny-project.ts'

const secrets = {
  API_KEY: 'Kanari-voegel/"singen" <laut>&+',
  PEM_KEY: `-----BEGIN KEY-----\n${Buffer.from('canary '.repeat(20)).toString('base64')}\n-----END KEY-----\n`,
  // Too short to be looked for in outputs, so that it comes as far as a secret can.
  PIN: 'zq9_7',
}

/** Every way in which a secret is written here; of the long key its parts. */
const forms = [
  ...[secrets.API_KEY, secrets.PIN].flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('base64').slice(0, -4),
    Buffer.from(`user:${secret}`).toString('base64').slice(8, -4),
  ]),
  'Kanari-voegel',
  'zq9\\_7',
  ...secrets.PEM_KEY.split('\n').filter((line) => line.length > 4),
  ...(Buffer.from(secrets.PEM_KEY)
    .toString('base64')
    .match(/.{1,76}/g) ?? []),
].filter((form) => form.length >= 5)

const talk = `
import { connect } from 'node:net'
const { API_KEY, PEM_KEY, PIN } = process.env
const say = (text) => process.stdout.write(text + '\\n')
const base64 = (text) => Buffer.from(text).toString('base64')
for (const secret of [API_KEY, PEM_KEY, PIN]) {
  say(secret)
  say('  ' + secret + ', ' + secret)
  say(JSON.stringify({ secret }))
  say('https://me:' + encodeURIComponent(secret) + '@host/')
  say(base64(secret))
  say(base64('user:' + secret))
  say(Buffer.from(secret).toString('hex'))
  say(base64(secret).match(/.{1,76}/g).join('\\n'))
  console.error(secret)
  console.log('%o', [secret])
  say('::warning title=' + secret + '::' + secret)
  process.stdout.write(secret.slice(0, 3))
  await new Promise((resolve) => setTimeout(resolve, 50))
  say(secret.slice(3))
}
`

/** `notes` tells its secrets; `train` knows none. */
function project(notes: string): Promise<TinyProject> {
  const yaml = tinyYaml
    .replace(
      'stages:',
      `stages:
  notes:
    needs: [features]
    run: node notes.mjs
    out: { rows: rows.csv, metrics: notes.json }
    secrets: [API_KEY, PEM_KEY, PIN]
    contract: notes.contract.yaml`,
    )
    .replace('run: node train.mjs', 'run: node look.mjs && node train.mjs')
    .replace('  train:\n    needs: [features]', '  train:\n    needs: [features, notes]')
  const files = {
    'plumbline.yaml': yaml,
    'notes.contract.yaml': `apiVersion: v3.1.0
kind: DataContract
id: notes
version: 1.0.0
status: active
schema:
  - name: notes
    properties:
      - { name: parcel, logicalType: string }
      - { name: note, logicalType: string, logicalTypeOptions: { maxLength: 20 } }
`,
    'notes.mjs': `import { writeFileSync } from 'node:fs'\n${talk}\n${notes}`,
    'look.mjs': `import { existsSync, readdirSync, readFileSync } from 'node:fs'
const own = '/proc/self/environ'
console.log(JSON.stringify([process.env, readdirSync(process.env.HOME), existsSync(own) ? readFileSync(own, 'latin1') : '']))
`,
    'train.mjs': `import { readFileSync, writeFileSync } from 'node:fs'
console.log(readFileSync(process.env.PLUMBLINE_IN_NOTES + '/rows.csv', 'utf8'))
writeFileSync(process.env.PLUMBLINE_OUT_MODEL, '{"every":500}')
`,
  }
  return tinyProject({ files })
}

const good = `writeFileSync(process.env.PLUMBLINE_OUT_ROWS, 'parcel,note\\np1,' + PIN + '\\n')
writeFileSync(process.env.PLUMBLINE_OUT_METRICS, JSON.stringify({ ['loss of ' + PIN]: 0.5 }))
`

/** Texts that a run left, less the rows that stages hand on. */
function textsIn(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { recursive: true })
    .map((path) => join(folder, String(path)))
    .filter((path) => statSync(path).isFile() && !/\/out\/|\.parquet$/.test(path))
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

function leaks(said: string): string[] {
  return forms.filter((form) => said.includes(form))
}

/** All that a run says and leaves, on a terminal, as JSON and in a workflow. */
async function everything(notes: string) {
  const ends = []
  for (const words of [['run'], ['run', '--json']]) {
    const { folder } = await project(notes)
    await pinData(folder)
    ends.push({
      ...(await plumbline(folder, words, { environment: secrets })),
      left: textsIn(join(folder, '.plumbline')),
    })
  }
  const { folder } = await project(notes)
  await pinData(folder)
  const step = await runMain({ inputs: { command: 'run' }, folder, environment: secrets })
  return { ends, step: { ...step, left: textsIn(join(folder, '.plumbline')) } }
}

describe('a secret that a stage tells in ten ways', () => {
  test('stands nowhere when the run goes well', async () => {
    const { ends, step } = await everything(good)

    for (const { code, stdout, stderr, left } of ends) {
      expect(code, stderr).toBe(0)
      expect(leaks(stdout + stderr)).toEqual([])
      expect(leaks(left)).toEqual([])
      expect(left).toContain('loss of ***')
    }
    const masks = step.stdout.split('\n').filter((line) => line.startsWith('::add-mask::'))
    expect(masks).toHaveLength(3)
    const rest = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    expect(leaks(rest.join('\n') + step.stderr + step.summary + JSON.stringify(step.outputs) + step.left)).toEqual([])
    expect(step.summary).toContain('loss of')
  })

  test.each([
    ['throws it', "throw new Error('wrong key ' + API_KEY + ' ' + PIN)", 'stage/failed'],
    [
      'writes it into an output',
      "writeFileSync(process.env.PLUMBLINE_OUT_ROWS, 'parcel,note\\np1,' + btoa(API_KEY))",
      'stage/secret-in-output',
    ],
    [
      'breaks a contract with it',
      `${good}writeFileSync(process.env.PLUMBLINE_OUT_ROWS, 'parcel,note\\np1,' + PIN.repeat(5))`,
      'notes.contract.yaml',
    ],
  ])('stands nowhere when the stage %s', async (_, notes, said) => {
    const { ends, step } = await everything(notes.includes('METRICS') ? notes : `${good}${notes}`)

    for (const { code, stdout, stderr, left } of ends) {
      expect(code).toBe(1)
      expect(stdout + stderr).toContain(said)
      expect(leaks(stdout + stderr)).toEqual([])
      expect(leaks(left)).toEqual([])
    }
    const rest = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    expect(step.code).toBe(1)
    expect(leaks(rest.join('\n') + step.stderr + step.summary + JSON.stringify(step.outputs) + step.left)).toEqual([])
  })

  test('is not in the environment, the home or the process of another stage', async () => {
    const { folder } = await project(good.replace("'parcel,note", "'parcel,note"))
    await pinData(folder)

    const { code, stderr } = await plumbline(folder, ['run'], { environment: { ...secrets, OTHER: 'x' } })

    expect(code, stderr).toBe(0)
    const runs = join(folder, '.plumbline/runs')
    const log = readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'logs/train.log'), 'utf8')
    expect(log).toContain('PLUMBLINE_SEED')
    for (const name of ['API_KEY', 'PEM_KEY', 'PIN', 'OTHER']) expect(log).not.toMatch(new RegExp(`\\b${name}\\b`))
    // What came in an output is masked though this stage never knew it.
    expect(log).toContain('p1,***')
  })
})
