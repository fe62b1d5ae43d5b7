import { describe, expect, test } from 'vitest'

import { wordFileSet } from '../../action/report/word-files.ts'

describe('wordFileSet()', () => {
  test.each([
    [['data.csv'], 'data.csv'],
    [['data/1.csv', 'data/2.csv'], 'data/*.csv (2 files)'],
    [['1.csv.gz', '2.csv.gz'], '*.csv.gz (2 files)'],
    [['labels/a.parquet', 'data/1.csv', 'data/2.csv'], 'labels/a.parquet, data/*.csv (2 files)'],
    [['a/1.csv', 'b/1.csv', 'c/1.csv'], '3 files'],
    [[], ''],
  ])('words %j as %s', (files, words) => {
    expect(wordFileSet(files)).toBe(words)
  })
})
