import { expect, test } from 'vitest'

import { pictureOf } from '../../action/drift/drift-picture.ts'

test('pictureOf() shows no category that few rows of a side have, and counts those that came and went', () => {
  const rows = { rows: 100, missing: 0, unreadable: 0 }
  const picture = pictureOf({
    name: 'region',
    kind: 'category',
    reference: rows,
    current: rows,
    categories: [
      { value: 'both', reference: 60, current: 40 },
      { value: 'gone', reference: 20, current: 0 },
      { value: 'one here', reference: 1, current: 30 },
      { value: 'rare', reference: 19, current: 0 },
      { value: 'new', reference: 0, current: 30 },
    ],
  })
  expect(picture).toMatchObject({
    bins: ['both', 'gone', 'new'],
    reference: [0.6, 0.2, 0],
    current: [0.4, 0, 0.3],
    appeared: [['new', 30]],
    vanished: [['gone', 20]],
    rareAppeared: 0,
    rareVanished: 1,
  })
})
