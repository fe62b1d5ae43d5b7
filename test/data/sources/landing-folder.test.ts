import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { sha256 } from '../../../action/base/sha256.ts'
import type { SourcePlace } from '../../../action/project/source-place.ts'
import { type DataServer, dataServer, statusAnswer } from '../../support/data-server.ts'
import { changesOf, land } from '../../support/land.ts'
import { tempFolder, writeFiles } from '../../support/temp-folder.ts'

/** A server that gives each file of a list, its own name as content. */
async function fileServer(): Promise<DataServer> {
  return await dataServer((request, response) => response.end(`id\n${request.url}\n`))
}

const places = (server: DataServer, ...names: string[]): SourcePlace[] =>
  names.map((name) => ({ kind: 'https', url: `${server.url}/${name}` }))

describe('openLandingFolder', () => {
  test('removes what is gone at the source, and nothing that it did not land', async () => {
    const folder = tempFolder({ 'data/orders/mine.csv': 'id\n1\n' })
    const server = await fileServer()
    await land(folder, places(server, 'a.csv', 'b.csv'))
    const second = await land(folder, places(server, 'b.csv', 'c.csv'))
    expect(changesOf(second)).toEqual([
      'unchanged data/orders/b.csv 10',
      'new data/orders/c.csv 10',
      'gone data/orders/a.csv 10',
    ])
    expect(readdirSync(join(folder, 'data/orders')).sort()).toEqual([
      '.plumbline-landed.json',
      'b.csv',
      'c.csv',
      'mine.csv',
    ])
  })

  test('refuses to write over a file of the user’s, also where it is a folder or a link', async () => {
    const folder = tempFolder({ 'data/orders/b.csv/x.txt': 'mine', 'data/orders/d.csv': 'mine' })
    symlinkSync('nowhere', join(folder, 'data/orders/c.csv'))
    const server = await fileServer()
    for (const name of ['b.csv', 'c.csv', 'd.csv']) {
      await expect(land(folder, places(server, 'a.csv', name))).rejects.toMatchObject({
        code: 'source/foreign-file',
        message: expect.stringContaining(`data/orders/${name}`),
        stays: 'your file stays as it is',
      })
    }
    expect(readFileSync(join(folder, 'data/orders/d.csv'), 'utf8')).toBe('mine')
    expect(readdirSync(join(folder, 'data/orders'))).not.toContain('a.csv')
  })

  test('refuses to replace or remove a landed file that was edited, and fetches one anew that was deleted', async () => {
    const folder = tempFolder()
    const server = await fileServer()
    await land(folder, places(server, 'a.csv', 'b.csv'))
    writeFileSync(join(folder, 'data/orders/a.csv'), 'id\nedited\n')
    await expect(land(folder, places(server, 'b.csv'))).rejects.toMatchObject({ code: 'source/edited' })
    expect(readFileSync(join(folder, 'data/orders/a.csv'), 'utf8')).toBe('id\nedited\n')
    rmSync(join(folder, 'data/orders/a.csv'))
    const { files } = await land(folder, places(server, 'a.csv', 'b.csv'))
    expect(files.map(({ change }) => change)).toEqual(['new', 'unchanged'])
  })

  test('leaves all as it was where one of several cannot be had, and goes on from there', async () => {
    const folder = tempFolder()
    const server = await fileServer()
    await land(folder, places(server, 'a.csv'))
    const good = server.answer
    server.answer = (request, response) =>
      request.url === '/c.csv' ? statusAnswer(404)(request, response) : response.end('id\nother\n')
    await expect(land(folder, places(server, 'a.csv', 'c.csv'))).rejects.toMatchObject({ code: 'source/not-found' })
    expect(readFileSync(join(folder, 'data/orders/a.csv'), 'utf8')).toBe('id\n/a.csv\n')
    server.answer = good
    expect(changesOf(await land(folder, places(server, 'a.csv', 'c.csv')))).toEqual([
      'unchanged data/orders/a.csv 10',
      'new data/orders/c.csv 10',
    ])
  })

  test('refuses two files of one name, whatever their case', async () => {
    const server = await fileServer()
    const landing = land(tempFolder(), places(server, 'x/a.csv', 'y/A.csv'))
    await expect(landing).rejects.toMatchObject({ code: 'source/same-name' })
  })

  test.each([
    ['not JSON', '{'],
    ['of another version', '{"version": 2, "source": "orders", "files": {}}'],
    ['of another source', '{"version": 1, "source": "clicks", "files": {}}'],
    ['that leads out', `{"version": 1, "source": "orders", "files": {"../a.csv": ${record()}}}`],
    ['with a bad digest', '{"version": 1, "source": "orders", "files": {"a.csv": {"sha256": "0", "bytes": 1}}}'],
  ])('refuses a list of what was landed that is %s', async (_, text) => {
    const folder = tempFolder({ 'data/orders/.plumbline-landed.json': text, 'data/a.csv': 'mine' })
    const server = await fileServer()
    await expect(land(folder, places(server, 'b.csv'))).rejects.toMatchObject({ code: 'source/bad-manifest' })
    expect(readFileSync(join(folder, 'data/a.csv'), 'utf8')).toBe('mine')
  })

  test('never writes through a link out of the folder', async () => {
    const folder = tempFolder()
    const elsewhere = tempFolder()
    mkdirSync(join(folder, 'data'))
    symlinkSync(elsewhere, join(folder, 'data/orders'))
    const server = await fileServer()
    await expect(land(folder, places(server, 'a.csv'))).rejects.toMatchObject({ code: 'data/outside-folder' })
    expect(readdirSync(elsewhere)).toEqual([])
  })

  test('never writes or removes through a link inside its folder', async () => {
    const elsewhere = tempFolder({ 'a.csv': 'mine' })
    const server = await fileServer()
    const folder = tempFolder()
    mkdirSync(join(folder, 'data/orders'), { recursive: true })
    symlinkSync(elsewhere, join(folder, 'data/orders/.plumbline-parts'))
    await expect(land(folder, places(server, 'b.csv'))).rejects.toMatchObject({ code: 'data/outside-folder' })
    rmSync(join(folder, 'data/orders/.plumbline-parts'))
    symlinkSync(elsewhere, join(folder, 'data/orders/sub'))
    const known = { sha256: sha256('mine'), bytes: 4, id: '0'.repeat(16) }
    const manifest = { version: 1, source: 'orders', files: { 'sub/a.csv': known } }
    writeFiles(folder, { 'data/orders/.plumbline-landed.json': JSON.stringify(manifest) })
    await expect(land(folder, places(server, 'b.csv'))).rejects.toMatchObject({ code: 'data/outside-folder' })
    expect(readdirSync(elsewhere)).toEqual(['a.csv'])
  })

  test('lands two at once one after the other', async () => {
    const folder = tempFolder()
    const server = await fileServer()
    const both = await Promise.all([land(folder, places(server, 'a.csv')), land(folder, places(server, 'a.csv'))])
    expect(both.flatMap(changesOf).sort()).toEqual(['new data/orders/a.csv 10', 'unchanged data/orders/a.csv 10'])
    writeFiles(folder, { 'data/orders/b.csv': 'mine' })
    expect(changesOf(await land(folder, places(server, 'a.csv')))).toEqual(['unchanged data/orders/a.csv 10'])
  })
})

function record(): string {
  return JSON.stringify({ sha256: '0'.repeat(64), bytes: 1, id: '0'.repeat(16) })
}
