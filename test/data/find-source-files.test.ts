import { describe, expect, test } from 'vitest'

import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('findSourceFiles()', () => {
  test.each([
    ['dta/*.csv', /^Did you mean "data\/\*\.csv"\?/],
    ['data/2024.cvs', /^Did you mean "data\/2024\.csv"\?/],
    ['data.csv', /^Mend the glob/],
  ])('says where %s may have meant to point, and never to what holds no data', async (pattern, remedy) => {
    const folder = tempFolder({ 'data.lock.yaml': '', 'data/2024.csv': 'a\n1\n' })
    await expect(findSourceFiles(folder, [pattern])).rejects.toMatchObject({
      code: 'data/no-files',
      remedy: expect.stringMatching(remedy),
    })
  })
})
