import { describe, expect, test } from 'vitest'

import { isOfDisk } from '../../action/base/is-of-disk.ts'

describe('isOfDisk()', () => {
  test.each([
    [{ code: 'ENOSPC', syscall: 'write' }, true],
    [{ code: 'EROFS', syscall: 'open' }, true],
    [{ code: 'ENOENT', syscall: 'open', path: '/gone' }, true],
    // Of a connection, though they are written to and read from as well.
    [{ code: 'EPIPE', syscall: 'write' }, false],
    [{ code: 'ECONNRESET', syscall: 'read' }, false],
    [{ code: 'EACCES', syscall: 'connect' }, false],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, false],
    // Of a name that comes twice.
    [{ code: 'EEXIST', syscall: 'open' }, false],
    [{}, false],
  ])('%j is %s', (fields, expected) => {
    expect(isOfDisk(Object.assign(new Error('no'), fields))).toBe(expected)
  })

  test('what is no error is none of the disk', () => {
    expect(isOfDisk('ENOSPC')).toBe(false)
  })
})
