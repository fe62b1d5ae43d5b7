import { join } from 'node:path'
import { expect, test } from 'vitest'

import { init } from '../../action/commands/init.ts'
import { validate } from '../../action/commands/validate.ts'
import { openEngine } from '../../action/data/engine.ts'
import { contextIn } from '../support/command-context.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'
import { uglyFiles } from './ugly-files.ts'

test.each(uglyFiles)('init and validate on $what', async ({ files, target, exclude = [], says }) => {
  const folder = tempFolder()
  await using engine = await openEngine({ threads: 1 })
  for (const [path, content] of Object.entries(files)) {
    writeFiles(folder, { [path]: typeof content === 'function' ? '' : content })
    if (typeof content === 'function') await content(join(folder, path), engine)
  }
  const nothing = { id: undefined, time: undefined, group: undefined, test: undefined, name: undefined }
  const flags = { yes: false, force: false, 'dry-run': false, task: undefined, positive: undefined }
  const joins = { join: [], on: [] }
  const given = { ...nothing, ...flags, data: ['data/'], target, exclude, labels: [], keep: [], format: [], ...joins }
  const outcome = await init.run(given, contextIn(folder))
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  const { text } = await init.report(outcome.result)

  for (const sentence of says) expect(text).toMatch(sentence)
  expect(text.split('\n').length).toBeLessThanOrEqual(32)
  const checked = await validate.run(validateInputs, contextIn(folder))
  expect(checked.kind).toBe('done')
})
