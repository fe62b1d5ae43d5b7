import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { unpackZip } from '../../action/github/unpack-zip.ts'
import { makeZip, type ZipEntry } from '../support/make-zip.ts'
import { tempFolder } from '../support/temp-folder.ts'

const limits = { bytes: 1 << 20, files: 10 }

function unpack(zip: Uint8Array, within = limits) {
  const root = tempFolder({ 'a.zip': zip, 'into/.keep': '' })
  return { root, into: join(root, 'into'), done: unpackZip(join(root, 'a.zip'), join(root, 'into'), within) }
}

const text = (path: string, mode?: number): ZipEntry => ({ path, content: Buffer.from(path), ...(mode && { mode }) })

describe('unpackZip()', () => {
  test('makes the files and folders', async () => {
    const { into, done } = unpack(makeZip([text('runs/1/run.json'), text('stages/train/x/out/model.json')]))

    await done

    expect(readFileSync(join(into, 'runs/1/run.json'), 'utf8')).toBe('runs/1/run.json')
    expect(readFileSync(join(into, 'stages/train/x/out/model.json'), 'utf8')).toBe('stages/train/x/out/model.json')
  })

  test.each(['../evil', 'a/../../evil', '/evil', 'C:\\evil', 'a\\..\\..\\evil', 'a//b', './../evil', '..'])(
    'refuses the path %j and makes nothing outside',
    async (path) => {
      const { root, done } = unpack(makeZip([text(path)]))

      await expect(done).rejects.toMatchObject({ code: 'workflow/bad-artifact' })
      expect(readdirSync(root).sort()).toEqual(['a.zip', 'into'])
      expect(existsSync(join(root, '..', 'evil'))).toBe(false)
    },
  )

  test.each([
    ['unpacks to more than it may', makeZip([{ path: 'bomb', content: 20 << 20 }])],
    ['holds more files than it may', makeZip(Array.from({ length: 11 }, (_, at) => text(`f${at}`)))],
    ['holds a name twice', makeZip([text('same'), text('same')])],
    ['holds a link', makeZip([{ path: 'link', content: Buffer.from('/etc/passwd'), mode: 0o120_777 }])],
    ['is cut off', makeZip([{ path: 'long', content: Buffer.alloc(5000, 'plumbline') }]).subarray(0, 60)],
    ['is empty', Buffer.alloc(0)],
    ['holds nothing', makeZip([])],
    ['is no zip file', Buffer.from('<html>Not found</html>')],
  ])('refuses one that %s', async (_, zip) => {
    const { done } = unpack(zip)

    await expect(done).rejects.toMatchObject({ code: 'workflow/bad-artifact' })
  })

  test('leaves what was in its way as it was', async () => {
    const root = tempFolder({ 'a.zip': makeZip([text('x')]), 'into/x': 'before' })
    await expect(unpackZip(join(root, 'a.zip'), join(root, 'into'), limits)).rejects.toMatchObject({
      code: 'workflow/bad-artifact',
    })
    expect(readFileSync(join(root, 'into/x'), 'utf8')).toBe('before')
  })
})
