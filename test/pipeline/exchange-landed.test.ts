import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

import { dataFetch } from '../../action/commands/data-fetch.ts'
import { decide } from '../../action/commands/decide.ts'
import type { ArtifactStore } from '../../action/github/runner/artifact-store.ts'
import { keptOpen, proposing } from '../support/proposing.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { commitAll, contextOf } from '../support/registered-project.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

function folderArtifacts(root: string): ArtifactStore & { readonly names: string[] } {
  const names: string[] = []
  return {
    names,
    async upload(name, rootFolder, files) {
      names.push(name)
      for (const file of files) {
        const place = join(root, name, relative(rootFolder, file))
        mkdirSync(dirname(place), { recursive: true })
        cpSync(file, place)
      }
      return { digest: '' }
    },
    async download(name, folder) {
      if (!names.includes(name)) return false
      cpSync(join(root, name), folder, { recursive: true })
      return true
    },
    list: async () => names,
    remove: async () => {},
  }
}

test('data fetch hands on what a program landed, and decide takes it over without running the program', async () => {
  const yaml = tinyYaml.replace('data/*.csv', '{ parcels: { run: node fetch.mjs } }')
  const program = `import { copyFileSync } from 'node:fs'\ncopyFileSync('rows.txt', process.env.PLUMBLINE_OUT_DATA + '/parcels.csv')\n`
  const files = { 'plumbline.yaml': yaml, 'fetch.mjs': program, 'rows.txt': tinyRows(40) }
  const [one, other] = [await tinyProject({ files }), await tinyProject({ files })]
  const artifacts = folderArtifacts(tempFolder())
  const fetched = await dataFetch.run({ source: [] }, contextOf(one.folder, { artifacts }))
  expect(fetched.kind).toBe('done')
  expect(artifacts.names).toEqual(['plumbline-parcels-landed-1'])

  const { github } = await proposing()
  await commitAll(other, 'First')
  const context = contextOf(other.folder, { artifacts, openGitHub: async () => keptOpen(github) })
  const decided = await decide.run({ force: false, reason: undefined, 'no-fetch': false }, context)
  expect(decided).toMatchObject({ kind: 'done', result: { facts: { data: { newRows: 40 } } } })
  expect(readFileSync(join(other.folder, 'data/parcels/parcels.csv'), 'utf8')).toBe(tinyRows(40))
  expect(existsSync(join(other.folder, '.plumbline/landed/parcels.log'))).toBe(false)
})
