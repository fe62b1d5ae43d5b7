import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { answerKey, openAnswerCache } from '../../action/github/answer-cache.ts'
import { tempFolder } from '../support/temp-folder.ts'

const answer = { etag: '"1"', body: '{}', contentType: 'application/json', link: null }
const limits = { files: 3, bytes: 10_000, answerBytes: 2000 }

test('openAnswerCache() keeps the newest answers within its bounds', async () => {
  const folder = join(tempFolder(), 'answers')
  const keys = [1, 2, 3, 4, 5].map((n) => answerKey('person', `https://api.github.com/${n}`, 'json'))
  const cache = openAnswerCache(folder, limits)
  for (const [index, key] of keys.entries()) {
    await cache.keep(key, answer)
    await utimes(join(folder, `${key}.json`), index, index).catch(() => undefined)
  }
  await cache.keep(answerKey('person', 'long', 'json'), { ...answer, body: 'x'.repeat(2001) })
  expect(await readdir(folder)).toHaveLength(3)

  const next = openAnswerCache(folder, limits)
  expect(await next.find(keys[4]!)).toEqual(answer)
  expect(await next.find(keys[0]!)).toBeUndefined()
})

test('openAnswerCache() takes a damaged file, or one under another’s name, for none', async () => {
  const folder = join(tempFolder(), 'answers')
  const [one, two] = [answerKey('person', 'one', 'json'), answerKey('person', 'two', 'json')]
  await openAnswerCache(folder).keep(one, answer)
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(join(folder, `${one}.json`), 'utf8')
  await writeFile(join(folder, `${two}.json`), text)
  expect(await openAnswerCache(folder).find(two)).toBeUndefined()
  for (const damaged of ['', '\n', text.slice(0, -1), text.replace('{}', '[]')]) {
    await writeFile(join(folder, `${one}.json`), damaged)
    expect(await openAnswerCache(folder).find(one)).toBeUndefined()
  }
})

test('openAnswerCache() does without a folder that cannot be written', async () => {
  const file = join(tempFolder(), 'file')
  await writeFile(file, '')
  const cache = openAnswerCache(file)
  await cache.keep('key', answer)
  expect(await cache.find('key')).toEqual(answer)
})
