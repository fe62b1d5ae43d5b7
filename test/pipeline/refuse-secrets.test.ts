import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { refuseSecrets } from '../../action/pipeline/refuse-secrets.ts'
import { parseProject } from '../../action/project/read-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const secrets = { API_KEY: 'correct-horse-battery', PIN: 'zq9-7' }

async function refuse(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const project = parseProject('/project', tinyYaml)
  if (!project.ok) throw new Error('no project')
  const stage = project.value.stages.find(({ name }) => name === 'train')
  if (!stage) throw new Error('no stage')
  await refuseSecrets({ project: project.value, stage, name: 'train' }, secrets, tempFolder(files), { model: 'model' })
}

/** A file in which the text stands across the border of what is read at once. */
function across(text: string): Uint8Array {
  return Buffer.concat([Buffer.alloc((1 << 20) - 5, 1), Buffer.from(text), Buffer.alloc(3000, 2)])
}

describe('refuseSecrets()', () => {
  test.each([
    ['a file', { model: `{"key":"${secrets.API_KEY}"}` }, 'model holds its secret API_KEY'],
    ['a folder', { 'model/a': 'fine', 'model/deep/b': `x${secrets.API_KEY}` }, 'model/deep/b holds'],
    ['two chunks', { model: across(secrets.API_KEY) }, 'model holds'],
    ['base64', { model: Buffer.from(`me:${secrets.API_KEY}`).toString('base64') }, 'model holds'],
    ['two bytes a letter', { model: Buffer.from(secrets.API_KEY, 'utf16le') }, 'model holds'],
    ['a file’s name', { [join('model', secrets.API_KEY)]: '' }, 'the name of a file in it holds'],
  ] as [string, Record<string, string | Uint8Array>, string][])(
    'refuses a secret in %s, and does not say it',
    async (_, files, place) => {
      const refused: unknown = await refuse(files).catch((error: unknown) => error)

      expect(refused).toMatchObject({
        code: 'stage/secret-in-output',
        message: expect.stringContaining(`Cannot keep "model" of stage "train": ${place}`),
        remedy: expect.stringContaining('plumbline.yaml:7'),
      })
      expect(String(refused)).not.toContain('horse')
    },
  )

  test('keeps what holds none, and what is too short to be told from chance', async () => {
    await expect(refuse({ model: Buffer.alloc(3 << 20, 'zq9-7 correct-horse-batter') })).resolves.toBeUndefined()
  })
})
