import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { killAtEachStage, runToEnd } from '../support/kill-at-stages.ts'
import { pinData } from '../support/pin-data.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject } from '../support/tiny-project.ts'

test('`plumbline run` killed at the beginning of each stage goes on, and ends as an undisturbed run does', async () => {
  const { folder } = await tinyProject()
  await pinData(folder)
  const undisturbed = tempFolder()
  cpSync(folder, undisturbed, { recursive: true })

  const killed = await killAtEachStage(folder)

  expect(killed).toEqual([
    'validate',
    'features',
    'split',
    'train',
    'predict',
    'smoke',
    'evaluate',
    'gate',
    'refit',
    'refit-smoke',
  ])
  expect(await runToEnd(folder)).toEqual(await runToEnd(undisturbed))
  expect(readdirSync(join(folder, '.plumbline/drafts'))).toEqual([])
})
