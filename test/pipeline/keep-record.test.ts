import { expect, test } from 'vitest'

import { keepRecord } from '../../action/pipeline/keep-record.ts'

test('keepRecord() writes one after the other, and none once it was stopped', async () => {
  const written: string[] = []
  let count = 0
  const keeper = keepRecord(async () => {
    const name = ++count
    written.push(`begin ${name}`)
    await new Promise((resolve) => setImmediate(resolve))
    written.push(`end ${name}`)
  })

  const saves = [keeper.save(), keeper.save()]
  await keeper.save()
  await Promise.all(saves)
  const late = keeper.save()
  await keeper.stop()
  await late
  await keeper.save()

  expect(written).toEqual([1, 2, 3].flatMap((name) => [`begin ${name}`, `end ${name}`]))
})

test('keepRecord() hands on why a write failed, and can be stopped all the same', async () => {
  const keeper = keepRecord(() => Promise.reject(new Error('disk full')))
  await expect(keeper.save()).rejects.toThrow('disk full')
  await keeper.stop()
})
