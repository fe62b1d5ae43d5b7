import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { land } from '../../support/land.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const sqlite = (file: string) => [{ kind: 'sqlite', file, table: 'orders' }] as const
const postgres = [{ kind: 'postgres', variable: 'SHOP_DB', table: 'public.orders' }] as const

describe('fetchTable', () => {
  test('says how to get the extension of this DuckDB where it is nowhere, and asks no network', async () => {
    const folder = tempFolder({ 'data/shop.db': 'SQLite format 3\0' })
    const environment = { HOME: tempFolder(), PLUMBLINE_DUCKDB_EXTENSIONS: '/nowhere' }
    await expect(land(folder, sqlite('data/shop.db'), { environment })).rejects.toMatchObject({
      code: 'source/no-extension',
      message: expect.stringMatching(
        /Cannot read "sqlite:data\/shop\.db#orders": DuckDB's extension sqlite_scanner v1\.5\.5 \(\w+\) is nowhere; expected it in \/nowhere or /,
      ),
      remedy: expect.stringContaining('PLUMBLINE_DUCKDB_EXTENSIONS'),
    })
    const shop = { ...environment, SHOP_DB: 'postgresql://ada:very-secret@db/shop' }
    const error = await land(folder, postgres, { environment: shop }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'source/no-extension', message: expect.stringContaining('postgres_scanner') })
    expect(JSON.stringify([error, String(error)])).not.toContain('very-secret')
  })

  test('says that DuckDB refuses a file that is no extension of its version', async () => {
    const extensions = tempFolder({ 'sqlite_scanner.duckdb_extension': 'no extension' })
    const folder = tempFolder({ 'shop.db': 'SQLite format 3\0' })
    const environment = { PLUMBLINE_DUCKDB_EXTENSIONS: extensions }
    await expect(land(folder, sqlite('shop.db'), { environment })).rejects.toMatchObject({
      code: 'source/no-extension',
      message: expect.stringContaining('DuckDB refuses'),
    })
  })

  test('says that the variable is not set, and that a database is not there or outside', async () => {
    const folder = tempFolder()
    const elsewhere = tempFolder({ 'shop.db': 'SQLite format 3\0' })
    symlinkSync(join(elsewhere, 'shop.db'), join(folder, 'link.db'))
    await expect(land(folder, postgres)).rejects.toMatchObject({ code: 'source/no-variable' })
    await expect(land(folder, sqlite('gone.db'))).rejects.toMatchObject({ code: 'source/not-found' })
    await expect(land(folder, sqlite('link.db'))).rejects.toMatchObject({ code: 'data/outside-folder' })
  })
})
