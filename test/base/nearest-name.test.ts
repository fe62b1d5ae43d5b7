import { describe, expect, test } from 'vitest'

import { nearestName } from '../../action/base/nearest-name.ts'

const commands = ['init', 'snapshot', 'validate', 'run', 'register', 'lineage']

describe('nearestName()', () => {
  test.each([
    ['rnu', 'run'],
    ['urn', 'run'],
    ['nuy', undefined],
    ['runn', 'run'],
    ['snapshto', 'snapshot'],
    ['deploy', undefined],
    ['', undefined],
  ])('takes "%s" for %s', (misspelt, meant) => {
    expect(nearestName(misspelt, commands)).toBe(meant)
  })
})
