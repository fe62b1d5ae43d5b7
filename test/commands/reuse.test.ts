import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import type { RecordedArtifact } from '../../action/local-github/record-run.ts'
import { push } from '../support/local-github.ts'
import { makeZip } from '../support/make-zip.ts'
import { type Reusing, reusing } from '../support/reusing.ts'

const parcels = ['judge', 'prepare', 'refit', 'train', 'truth'].map((parcel) => `plumbline-parcels-${parcel}-1`)

/** Results in the project's own folder. */
function taken({ folder }: Reusing): readonly string[] {
  return ['runs', 'stages', 'drafts'].flatMap((name) => {
    const place = join(folder, '.plumbline', name)
    return existsSync(place) ? readdirSync(place).map((entry) => `${name}/${entry}`) : []
  })
}

async function assetText({ github }: Reusing, name: string): Promise<string> {
  const [release] = (await github.call('GET', '/releases')).body
  const { id } = release.assets.find((asset: { readonly name: string }) => asset.name === name)
  const address = `${github.apiUrl}/repos/acme/parcels/releases/assets/${id}`
  const headers = { accept: 'application/octet-stream', authorization: `Bearer ${github.token}` }
  return await (await fetch(address, { headers })).text()
}

/** The candidate's artifacts, one of them changed. */
function with1(
  artifacts: readonly RecordedArtifact[],
  parcel: string,
  change: Partial<RecordedArtifact>,
): readonly RecordedArtifact[] {
  return artifacts.map((artifact) => (artifact.name.includes(`-${parcel}-`) ? { ...artifact, ...change } : artifact))
}

describe('reuse', () => {
  test('takes the candidate of the merged pull request, and register publishes its bytes', async () => {
    const world = await reusing()
    const run = await world.judge()
    await world.merge()

    const { result, report, sent, environment, store } = await world.reuse()

    expect(result).toMatchObject({ kind: 'reused', run, pull: 1 })
    expect(report.outputs).toEqual({ reused: 'true', 'reused-run': String(run) })
    expect(report.text).toContain(`from the candidate of run ${run}`)
    expect(sent).toEqual(parcels)

    // The job that publishes has a machine of its own.
    for (const name of ['runs', 'stages']) rmSync(join(world.folder, '.plumbline', name), { recursive: true })
    const outcome = await register.run({ param: [] }, world.context({ environment, artifacts: store }))
    expect(outcome).toMatchObject({ kind: 'done', result: { kind: 'registered', isNew: true, version: 1 } })
    const assets = outcome.kind === 'done' && outcome.result.kind === 'registered' ? outcome.result.assets : []
    const told = outcome.kind === 'done' ? await register.report(outcome.result) : undefined
    expect(told?.text).toContain(`bytes    from the candidate of run ${run}, built from ${world.head.slice(0, 8)}`)
    const stages = result.kind === 'reused' ? result.record.stages : []
    const fit = stages.findLast(({ outputs }) => outputs['model'] !== undefined)
    expect(assets.find(({ name }) => name === 'model.json')?.sha256).toBe(fit?.outputs['model'])

    const tree = (await world.github.call('GET', `/git/commits/${world.head}`)).body.tree.sha
    expect(JSON.parse(await assetText(world, 'run.json'))).toMatchObject({
      trigger: { kind: 'new data', actor: 'grace' },
      builtFrom: { runId: String(run), attempt: '1', head: world.head, tree },
    })
    const provenance = await assetText(world, 'provenance.intoto.json')
    for (const part of [`actions/runs/${run}/attempts/1`, world.head, tree]) expect(provenance).toContain(part)
  })

  test('takes it with a token that may read Actions and pull requests, and no more', async () => {
    const world = await reusing()
    await world.judge()
    await world.merge()
    const permissions = { contents: 'read', actions: 'read', pull_requests: 'read' } as const
    const token = await world.github.issueToken({ kind: 'job', permissions })

    expect((await world.reuse(token)).result.kind).toBe('reused')
  })

  const refusals: readonly [string, string, (world: Reusing) => Promise<void>][] = [
    [
      'the run is of another commit',
      'no run',
      async (world) => {
        await world.judge({ sha: await world.git('rev-parse', 'HEAD') })
      },
    ],
    [
      'the run failed',
      'failed',
      async (world) => {
        await world.judge({ conclusion: 'failure' })
      },
    ],
    [
      'an artifact was deleted',
      'no artifact',
      async (world) => {
        const run = await world.judge()
        const { body } = await world.github.call('GET', `/actions/runs/${run}/artifacts?name=plumbline-parcels-refit-1`)
        await world.github.call('DELETE', `/actions/artifacts/${body.artifacts[0].id}`)
      },
    ],
    [
      'an artifact has expired',
      'expired',
      async (world) => {
        const artifacts = with1(await world.candidate(), 'train', { expiresAt: '2025-01-01T00:00:00Z' })
        await world.judge({ artifacts })
      },
    ],
    [
      'the run key is another one',
      'other run key',
      async (world) => {
        await world.judge()
        await commit(world, 'features.sql', '-- another model\nselect parcel, region, distance_km from data\n')
      },
    ],
    [
      'the gates are others now',
      'other policy',
      async (world) => {
        await world.judge()
        await commit(world, 'plumbline.yaml', (text) => text.replace('min: 0.7', 'min: 0.99'))
      },
    ],
    [
      'the pull request changed more than the lock',
      'other files',
      async (world) => {
        await commit(world, 'NOTES.txt', 'by hand', 'plumbline/retrain/parcels')
        const { head } = await world.pull(1)
        await world.judge({ sha: head.sha })
      },
    ],
    [
      'an artifact is no zip file',
      'not seen',
      async (world) => {
        await world.judge({ artifacts: with1(await world.candidate(), 'train', { zip: Buffer.from('<html>') }) })
      },
    ],
    [
      'an artifact leads out of its folder',
      'not seen',
      async (world) => {
        const zip = makeZip([{ path: '../../../../evil', content: Buffer.from('x') }])
        await world.judge({ artifacts: with1(await world.candidate(), 'judge', { zip }) })
      },
    ],
    [
      'an artifact holds another run’s model',
      'unusable',
      async (world) => {
        const all = await world.candidate()
        const train = all.find(({ name }) => name.includes('-train-'))
        // What the refit wrote is gone: the judging and the record say that there was one.
        await world.judge({ artifacts: with1(all, 'refit', { zip: train?.zip ?? Buffer.from('') }) })
      },
    ],
  ]

  test.each(refusals)('trains again where %s', async (_, kind, arrange) => {
    const world = await reusing()
    await arrange(world)
    await world.merge()

    const { result, report, sent } = await world.reuse()

    expect(result).toMatchObject({ kind: 'not reused', because: { kind } })
    expect(report.outputs).toEqual({ reused: 'false', 'reused-run': '' })
    expect(report.text).toMatch(/^TRAINS {2}parcels: the model is trained again: ./)
    expect(sent).toEqual([])
    expect(taken(world)).toEqual([])
  })

  test('trains again where the commit is no merge of a pull request', async () => {
    const world = await reusing()
    await world.judge()

    expect((await world.reuse()).result).toMatchObject({ because: { kind: 'no pull request' } })
  })

  test('trains again where the token may not read Actions, and says so', async () => {
    const world = await reusing()
    await world.judge()
    await world.merge()
    const token = await world.github.issueToken({ kind: 'job', permissions: { contents: 'read' } })

    const { result, report } = await world.reuse(token)

    expect(result).toMatchObject({ because: { kind: 'not seen' } })
    expect(report.text).toContain('403')
  })

  test.each(['bytes', 'half'])(
    'trains again where what comes are other bytes than GitHub recorded: %s',
    async (how) => {
      const world = await reusing()
      await world.judge()
      await world.merge()
      const folder = join(world.github.folder, 'github/artifacts')
      const [first = ''] = readdirSync(folder)
      const bytes = readFileSync(join(folder, first))
      const other = how === 'half' ? bytes.subarray(0, bytes.length / 2) : Buffer.from(bytes).fill(7, 100, 120)
      writeFileSync(join(folder, first), other)

      const { result, sent } = await world.reuse()

      expect(result).toMatchObject({ kind: 'not reused' })
      expect(sent).toEqual([])
      expect(taken(world)).toEqual([])
    },
  )
})

/** Commits one file there and pushes it. */
async function commit(
  { folder, git, github, write }: Reusing,
  path: string,
  content: string | ((before: string) => string),
  branch = 'main',
): Promise<void> {
  if (branch !== 'main') {
    const credentials = Buffer.from(`x-access-token:${github.token}`).toString('base64')
    const header = `http.extraHeader=Authorization: Basic ${credentials}`
    await git('-c', header, 'fetch', '--quiet', github.gitUrl, branch)
    await git('checkout', '--quiet', 'FETCH_HEAD')
  }
  write(path, typeof content === 'string' ? content : content(readFileSync(join(folder, path), 'utf8')))
  await git('add', '--all')
  await git('commit', '--quiet', '--message', path)
  await push(github, folder, `HEAD:refs/heads/${branch}`)
  await git('checkout', '--quiet', 'main')
}
