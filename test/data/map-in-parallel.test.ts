import { setTimeout as sleep } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { mapInParallel } from '../../action/data/map-in-parallel.ts'

test('mapInParallel: results are in the order of the items, with at most so many at work', async () => {
  let atWork = 0
  let most = 0
  const results = await mapInParallel([30, 1, 20, 5, 10], 2, async (ms) => {
    most = Math.max(most, ++atWork)
    await sleep(ms)
    atWork--
    return ms * 2
  })
  expect(results).toEqual([60, 2, 40, 10, 20])
  expect(most).toBe(2)
})

test('mapInParallel: where one fails nothing more begins, and its error comes when those under way have ended', async () => {
  const begun: string[] = []
  const ended: string[] = []
  const work = mapInParallel(['fails', 'slow', 'never begun', 'never begun either'], 2, async (item) => {
    begun.push(item)
    if (item === 'fails') throw new Error('this one')
    await sleep(50)
    ended.push(item)
  })
  await expect(work).rejects.toThrow('this one')
  expect(begun).toEqual(['fails', 'slow'])
  expect(ended).toEqual(['slow'])
})

test('mapInParallel: of several errors the first is told', async () => {
  const work = mapInParallel([20, 1, 10], 3, async (ms) => {
    await sleep(ms)
    throw new Error(`after ${ms}`)
  })
  await expect(work).rejects.toThrow('after 1')
})
