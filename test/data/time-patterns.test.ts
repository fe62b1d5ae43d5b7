import { describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { timeLike, timeShapeOf } from '../../action/data/time-patterns.ts'
import { strptimeOf } from '../../action/project/time-format.ts'

describe('timeShapeOf()', () => {
  it.each([
    ['31.12.2024', ['dd.MM.yyyy'], '2024-12-31'],
    ['31.12.24', ['dd.MM.yy'], '2024-12-31'],
    ['12/31/2024', ['dd/MM/yyyy', 'MM/dd/yyyy'], '2024-12-31'],
    ['12/31/2024 2:05 PM', ['dd/MM/yyyy hh:mm a', 'MM/dd/yyyy hh:mm a'], '2024-12-31 14:05:00'],
    ['2024/12/31', ['yyyy/MM/dd'], '2024-12-31'],
    ['31-12-2024 14:05', ['dd-MM-yyyy HH:mm', 'MM-dd-yyyy HH:mm'], '2024-12-31 14:05:00'],
    ['31.12.2024, 14:05:09', ['dd.MM.yyyy, HH:mm:ss'], '2024-12-31 14:05:09'],
    ['2024/12/31T14:05:00.250', ["yyyy/MM/dd'T'HH:mm:ss.SSS"], '2024-12-31 14:05:00.25'],
    ['31.12.2024 14:05:00.250001', ['dd.MM.yyyy HH:mm:ss.SSSSSS'], '2024-12-31 14:05:00.250001'],
    ['31.12.2024 14:05:00+02:00', ['dd.MM.yyyy HH:mm:ssXXX'], '2024-12-31 12:05:00'],
    ['20241231', ['yyyyMMdd'], '2024-12-31'],
    ['202412311405', ['yyyyMMddHHmm'], '2024-12-31 14:05:00'],
    ['20241231140509', ['yyyyMMddHHmmss'], '2024-12-31 14:05:09'],
    ['31-Dec-24', ['dd-MMM-yy', 'dd-MMMM-yy'], '2024-12-31'],
    ['31 December 2024', ['dd MMM yyyy', 'dd MMMM yyyy'], '2024-12-31'],
    ['Dec 31, 2024', ['MMM dd, yyyy', 'MMMM dd, yyyy'], '2024-12-31'],
  ])('reads %s as one of %j', async (text, patterns, moment) => {
    const found = timeShapeOf(text, true)
    expect(found?.patterns).toEqual(patterns)
    await using engine = await openEngine({ threads: 1 })
    const [fits] = await engine.query<{ fits: boolean; like: boolean }>(
      `SELECT regexp_full_match(${quoteText(text)}, ${quoteText(found?.shape ?? '')}) AS fits,
         regexp_full_match(${quoteText(text)}, ${quoteText(timeLike)}) AS like`,
    )
    expect(fits).toEqual({ fits: true, like: true })
    const read = await Promise.all(
      patterns.map(async (pattern) => {
        const format = strptimeOf(pattern)
        if (!format.ok) throw new Error(format.unknown)
        const sql = `SELECT CAST(CAST(try_strptime(${quoteText(text)}, ${quoteText(format.value)}) AS TIMESTAMP) AS VARCHAR) AS t`
        return (await engine.query<{ t: string | null }>(sql))[0]?.t
      }),
    )
    expect(read.filter((each) => each != null)).toEqual([moment.length === 10 ? `${moment} 00:00:00` : moment])
  })

  it('writes days and months of one or two digits with one letter', () => {
    expect(timeShapeOf('1/2/2024 9:05', false)?.patterns).toEqual(['d/M/yyyy H:mm', 'M/d/yyyy H:mm'])
    expect(timeShapeOf('May 1, 2024', false)?.patterns).toEqual(['MMM d, yyyy', 'MMMM d, yyyy'])
  })

  it.each(['', '1.2.3.4', '10.1', '99999999', '31.12.2024 noon', '555-12-1234', 'version 1.2', '1/2', '12:30'])(
    'takes %j for no date',
    (text) => {
      expect(timeShapeOf(text, true)).toBeUndefined()
    },
  )
})
