import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { plumbline, plumblineJson } from '../support/command-line.ts'
import { tinyProject } from '../support/tiny-project.ts'

const kills = 20
/** About as long as the command takes whole, so that moments from its first to its last step are hit. */
const longestMs = { run: 2500, register: 1500 }

test('`plumbline run` and `register` end in one release, however often they were killed on the way', {
  timeout: 300_000,
}, async () => {
  const { folder, git } = await tinyProject()
  await plumblineJson(folder, ['snapshot'])
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'Parcels')
  const random = seeded(7)

  for (let kill = 0; kill < kills / 2; kill++) await killed(folder, 'run', random() * longestMs.run)
  await plumblineJson(folder, ['run'])
  for (let kill = 0; kill < kills / 2; kill++) await killed(folder, 'register', random() * longestMs.register)
  const registered = await plumblineJson(folder, ['register'])
  const again = await plumblineJson(folder, ['register'])

  const releases = await releasesOf(folder)
  expect(releases.map(({ draft }) => draft)).toEqual([false])
  expect(registered['result']).toMatchObject({ tag: releases[0]?.tag_name })
  expect(again['result']).toMatchObject({ tag: releases[0]?.tag_name, isNew: false })
  expect(releases[0]?.assets.map(({ name, state }) => `${name} ${state}`)).toEqual(
    expect.arrayContaining(['model.json uploaded', 'run.json uploaded', 'sums.txt uploaded']),
  )
  expect(readdirSync(join(folder, '.plumbline/drafts'))).toEqual([])
})

async function killed(folder: string, command: string, afterMs: number): Promise<void> {
  await plumbline(folder, [command], { signal: AbortSignal.timeout(Math.round(afterMs)) })
}

interface Release {
  readonly tag_name: string
  readonly draft: boolean
  readonly assets: readonly { readonly name: string; readonly state: string }[]
}

async function releasesOf(folder: string): Promise<readonly Release[]> {
  await using github = await openLocalGitHub(folder)
  const answer = await fetch(`${github.apiUrl}/repos/${github.owner}/${github.repository}/releases`, {
    headers: { authorization: `Bearer ${github.token}` },
  })
  return (await answer.json()) as readonly Release[]
}

/** Mulberry32: the same moments in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
