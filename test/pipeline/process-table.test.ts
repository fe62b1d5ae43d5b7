import { describe, expect, test } from 'vitest'

import { findDescendants } from '../../action/pipeline/process-table.ts'

const listed = `    1     0     1 Ss    12345   1:02.03 Thu Nov 26 04:00:00 2026     /sbin/launchd
  500   100   500 S      1000   0:00.01 Thu Nov 26 05:00:00 2026     /bin/sh
  502   501   500 R    204800   0:12.50 Thu Nov 26 05:00:01 2026     /usr/bin/python3 train.py
  501   500   500 S      1000   0:00.00 Thu Nov 26 05:00:00 2026     (sh)
  600   502   600 S      2048 1-02:03:04 Thu Nov 26 05:00:02 2026     worker
  700     1   700 S      4096   0:01.00 Thu Nov 26 05:00:03 2026     daemon
  800   100   800 S      4096   0:01.00 Thu Nov 26 05:00:03 2026     another
garbage
`

describe('findDescendants()', () => {
  test('finds the root, its group and all below them, and reads what ps says of each', () => {
    const found = findDescendants(listed, 500, new Set())

    expect(found.map(({ pid }) => pid).sort((a, b) => a - b)).toEqual([500, 501, 502, 600])
    expect(found.find(({ pid }) => pid === 502)).toMatchObject({ cpuSeconds: 12.5, memoryBytes: 204_800 * 1024 })
    expect(found.find(({ pid }) => pid === 600)).toMatchObject({ cpuSeconds: 93_784, name: 'worker', parent: 502 })
  })

  test('knows one again that left its parent, and not a later one of its number', () => {
    expect(findDescendants(listed, 999, new Set(['700 Thu Nov 26 05:00:03 2026'])).map(({ pid }) => pid)).toEqual([700])
    expect(findDescendants(listed, 999, new Set(['700 Thu Nov 26 01:00:00 2026']))).toEqual([])
  })
})
