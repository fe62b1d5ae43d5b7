import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { lineage } from '../../action/commands/lineage.ts'
import { register } from '../../action/commands/register.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { caller } from '../support/local-github.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { type TinyProject, tinyRows } from '../support/tiny-project.ts'

interface Released {
  readonly tag: string
  readonly runKey: string
  readonly dataDigest: string
  readonly model: string
}

async function release(project: TinyProject): Promise<Released> {
  const outcome = await register.run({ param: [] }, contextOf(project.folder))
  if (outcome.kind !== 'done' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  const { tag, runKey, dataDigest, assets } = outcome.result
  return { tag, runKey, dataDigest, model: assets.find(({ name }) => name === 'model.json')?.sha256 ?? '' }
}

/** Two releases: the first, and one on more data. */
async function twoReleases() {
  const project = await runProject()
  const first = await release(project)
  project.write(
    'data/more.csv',
    tinyRows(440)
      .split('\n')
      .filter((_, line) => line === 0 || line > 400)
      .join('\n'),
  )
  await pinData(project.folder)
  await commitAll(project, 'Retrain parcels: <more> | data')
  await rerun(project)
  return { project, first, second: await release(project) }
}

async function shown({ folder }: TinyProject, subject: string) {
  const outcome = await lineage.run({ subject }, contextOf(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await lineage.report(outcome.result)) }
}

describe('lineage', () => {
  test('shows what produced a model, by whatever names it', async () => {
    const { project, first, second } = await twoReleases()
    const { text, markdown, outputs } = await shown(project, second.tag)

    expect(text.split('\n').map((line) => line.slice(0, 9).trim())).toEqual([
      expect.stringContaining('parcels-v'),
      '├─ why',
      '├─ commit',
      '├─ code',
      '├─ data',
      '├─ params',
      '├─ env',
      '├─ judged',
      '└─ bytes',
    ])
    expect(text).toContain('"Retrain parcels: <more> | data"  by Ada')
    expect(text).toMatch(/last changed by [0-9a-f]{8} {2}"First model" {2}by Ada/)
    expect(text).toContain(`was ${first.dataDigest.slice(0, 8)}: +1, −0 files`)
    expect(text).toMatch(/judged .*on [\d,]+ rows · \d of \d gates/)
    expect(text.match(/ rows ·/g)).toHaveLength(1)
    expect(text).toContain(`model.json sha256 ${second.model.slice(0, 8)}…`)
    expect(markdown).toContain('&lt;more&gt; &#124; data')
    expect(outputs).toEqual({ tag: second.tag })

    for (const subject of ['parcels-v2', 'parcels', second.model, second.model.slice(0, 8), second.runKey]) {
      expect((await shown(project, subject)).text, subject).toBe(text)
    }
    expect((await shown(project, 'parcels-v1')).text).toContain('the first release')
  })

  test('shows which models used a snapshot or a file', async () => {
    const { project, first, second } = await twoReleases()
    const tagsOf = async (subject: string) => {
      const { lineage: found } = await shown(project, subject)
      return found.kind === 'used' ? { what: found.what, tags: found.releases.map(({ tag }) => tag) } : found.kind
    }
    const digest = sha256(await readFile(join(project.folder, 'data/more.csv')))

    expect(await tagsOf(first.dataDigest)).toEqual({ what: 'snapshot', tags: [first.tag] })
    expect(await tagsOf('data/parcels.csv')).toEqual({ what: 'data file', tags: [first.tag, second.tag] })
    expect(await tagsOf(digest.slice(0, 10))).toEqual({ what: 'data file', tags: [second.tag] })
  })

  test('knows what it does not know', async () => {
    const project = await runProject()
    await expect(shown(project, 'parcels')).rejects.toMatchObject({
      code: 'registry/unknown-subject',
      remedy: expect.stringContaining('plumbline register'),
    })
    const { tag } = await release(project)
    await expect(shown(project, 'parcel')).rejects.toMatchObject({ remedy: 'Did you mean "parcels"?' })
    await expect(shown(project, 'f00dfeedf00d')).rejects.toMatchObject({ remedy: expect.stringContaining(tag) })
    await expect(shown(project, 'train.mjs')).rejects.toMatchObject({
      code: 'registry/unknown-subject',
      message: expect.stringMatching(/^Cannot show the lineage of "train\.mjs": it is neither a model nor a data file/),
      remedy: expect.stringContaining(tag),
    })
  })

  test('does not believe an asset that somebody replaced, nor miss a release that somebody deleted', async () => {
    const project = await runProject()
    const { tag } = await release(project)
    await using github = await openLocalGitHub(project.folder)
    const call = caller(github)
    const found = (await call('GET', `/releases/tags/${tag}`)).body
    const run = found.assets.find(({ name }: { name: string }) => name === 'run.json')
    await call('DELETE', `/releases/assets/${run.id}`)
    await call('POST', `/releases/${found.id}/assets?name=run.json`, Buffer.from('{"schema":"plumbline/run/v1"}'))
    await expect(shown(project, tag)).rejects.toMatchObject({
      code: 'registry/bytes-differ',
      message: expect.stringContaining('run.json'),
    })

    await call('DELETE', `/releases/${found.id}`)
    await expect(shown(project, tag)).rejects.toMatchObject({
      code: 'github/not-found',
      message: expect.stringContaining('its release is gone'),
    })
  })
})
