import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { expect, test } from 'vitest'

import { draftFolder, draftName, draftsFolder, inDraft } from '../../action/pipeline/draft-folder.ts'
import { removeDeadDrafts } from '../../action/pipeline/remove-dead-drafts.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('inDraft() gives work a folder of its own, and removes it however the work ends', async () => {
  const folder = tempFolder()
  const place = await inDraft(folder, 'hook-always', async (draft) => {
    writeFileSync(join(draft, 'x'), '')
    return draft
  })
  const failed = inDraft(folder, 'train', async () => {
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(existsSync(place)).toBe(false)
  expect(readdirSync(draftsFolder(folder))).toEqual([])
})

test.each(['train', 'hook-on-failure', 'refit-1'])(
  'removeDeadDrafts() finds what a killed process left of %s, and leaves what goes on',
  async (name) => {
    const folder = tempFolder()
    const ours = draftFolder(folder, name)
    const dead = ours.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`)
    for (const draft of [ours, dead]) mkdirSync(draft, { recursive: true })
    expect(draftName.exec(ours)?.[1]).toBe(String(process.pid))
    await removeDeadDrafts(folder)
    expect(readdirSync(draftsFolder(folder))).toEqual([basename(ours)])
  },
)
