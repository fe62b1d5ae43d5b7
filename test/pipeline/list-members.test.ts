import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { differingMembers, listMembers, listMembersOf } from '../../action/pipeline/list-members.ts'
import { tempFolder } from '../support/temp-folder.ts'

function zipOf(files: Readonly<Record<string, string>>): string {
  const out = join(tempFolder(), 'model.skops')
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name, text in json.loads(sys.argv[2]).items():
        archive.writestr(name, text)
`
  execFileSync('python3', ['-c', program, out, JSON.stringify(files)])
  return out
}

describe('listMembers()', () => {
  test('names the entries of an archive that differ, come or go', async () => {
    const one = await listMembers(zipOf({ 'schema.json': '{}', '0.npy': 'a'.repeat(500), gone: '1' }))
    const other = await listMembers(zipOf({ 'schema.json': '{}', '0.npy': 'b'.repeat(500), 'ü.npy': '1' }))

    expect(one && other && differingMembers(one, other)).toEqual(['0.npy', 'gone', 'ü.npy'])
  })

  test('is the same of a file and of its bytes', async () => {
    const path = zipOf({ a: '1', b: '2' })

    expect(await listMembersOf(readFileSync(path))).toEqual(await listMembers(path))
  })

  test('names the files of a folder', async () => {
    const [one, other] = [tempFolder({ 'a/b.bin': '1', c: '2' }), tempFolder({ 'a/b.bin': '3', c: '2' })]
    const [before, after] = [await listMembers(one), await listMembers(other)]

    expect(before && after && differingMembers(before, after)).toEqual(['a/b.bin'])
  })

  test.each([
    ['nothing', ''],
    ['text', 'a model'],
    ['an end without a directory', 'PK\u0005\u0006'],
    ['a directory beyond the file', `PK\u0005\u0006${'\u0000'.repeat(8)}${'\u007f'.repeat(10)}`],
  ])('says nothing of %s', async (_, text) => {
    expect(await listMembersOf(Buffer.from(text, 'latin1'))).toBeUndefined()
  })

  test('says nothing of what is not there', async () => {
    expect(await listMembers(join(tempFolder(), 'none'))).toBeUndefined()
  })
})
