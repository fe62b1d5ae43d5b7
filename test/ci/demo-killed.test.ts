import { cpSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { killAtEachStage, runToEnd } from '../support/kill-at-stages.ts'
import { git } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('the demo’s project killed at the beginning of each stage ends with the very model of an undisturbed run', async () => {
  const [folder, undisturbed] = [tempFolder(), tempFolder()]
  for (const place of [folder, undisturbed]) {
    cpSync(join(packageFolder(), 'template'), place, { recursive: true })
    await git(place, 'init', '--quiet')
    await git(place, 'add', '--all')
    await git(place, 'commit', '--quiet', '--message', 'Parcels')
  }

  const killed = await killAtEachStage(folder)

  expect(killed).toEqual(expect.arrayContaining(['train', 'predict', 'gate', 'refit']))
  expect(await runToEnd(folder)).toEqual(await runToEnd(undisturbed))
})
