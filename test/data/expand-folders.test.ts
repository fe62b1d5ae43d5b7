import { describe, expect, it } from 'vitest'

import { expandFolders } from '../../action/data/expand-folders.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('expandFolders()', () => {
  it.each([
    ['a folder of files', { 'data/a.csv': 'x', 'data/b.csv': 'x', 'data/readme.md': 'x' }, 'data', 'data/*.csv'],
    ['a slash behind it', { 'data/a.csv.gz': 'x' }, 'data/', 'data/*.csv.gz'],
    ['folders of partitions', { 'data/year=2024/a.parquet': 'x' }, 'data', 'data/**/*.parquet'],
    ['this folder', { 'a.jsonl': 'x' }, '.', '*.jsonl'],
    ['signs of globs in its name', { 'data (1)/a.csv': 'x' }, 'data (1)', 'data \\(1\\)/*.csv'],
    ['a file', { 'data/a.csv': 'x' }, 'data/a.csv', 'data/a.csv'],
    ['a glob', { 'data/a.csv': 'x' }, 'data/*', 'data/*'],
    ['what leads out', { 'a.csv': 'x' }, '..', '..'],
  ])('makes of %s a glob', async (_what, files, given, expected) => {
    expect(await expandFolders(tempFolder(files), [given])).toEqual([expected])
  })

  it.each([
    ['several endings', { 'data/a.csv': 'x', 'data/b.parquet': 'x' }, 'data/several-endings', /csv, parquet/],
    ['no data', { 'data/readme.md': 'x' }, 'data/no-files', /holds no data file/],
  ])('refuses a folder of %s', async (_what, files, code, message) => {
    const expanding = expandFolders(tempFolder(files), ['data'])
    await expect(expanding).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
