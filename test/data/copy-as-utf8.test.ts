import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { diagnoseReadError } from '../../action/data/diagnose-read-error.ts'
import { findSourceFiles } from '../../action/data/find-source-files.ts'
import { rawRelation } from '../../action/data/read-source.ts'
import { openReading } from '../../action/data/reading-engine.ts'
import { tempFolder } from '../support/temp-folder.ts'

const windows = (text: string) => Buffer.from(text, 'latin1')

test('copyAsUtf8() lets the engine read texts of three encodings together, and goes with it', async () => {
  const files = {
    'a.csv': windows('name\n\x93M\xfcller\x94\n5 \x80\n'),
    'b.csv': Buffer.from('\ufeffname\nŻółć\n', 'utf16le').swap16(),
    'c.csv': Buffer.from('\ufeffname\n😀\n', 'utf16le'),
    'd.csv': '\ufeffname\nß\n',
    'e.csv.gz': gzipSync(windows('name\n\x8aibenik\n')),
  }
  const found = await findSourceFiles(tempFolder(files), ['*'], 'windows-1252')
  let copies: string
  {
    await using engine = await openReading({ files: found })
    copies = engine.textFolder
    const described = await describeFiles(engine, found)
    if (!described.ok) throw new Error(JSON.stringify(described))
    const names = await engine.query(`SELECT name FROM ${rawRelation(described.value)} ORDER BY name`)
    expect(names.map(({ name }) => name)).toEqual(['5 €', 'ß', 'Šibenik', 'Żółć', '“Müller”', '😀'])
    expect(described.value.map(({ path }) => path)).toEqual(found.map(({ path }) => path))
    expect(existsSync(copies)).toBe(true)
  }
  expect(existsSync(copies)).toBe(false)
})

test('copyAsUtf8() names the file itself where a row of its copy cannot be read', async () => {
  const folder = tempFolder({ 'x/a.csv': 'a,b\n1,2\n', 'y/a.csv': windows('a,b\n\x80,2\n3\n') })
  const found = await findSourceFiles(folder, ['*/*.csv'], 'windows-1252')
  await using engine = await openReading({ files: found })
  const described = await describeFiles(engine, found)
  if (!described.ok) throw new Error(JSON.stringify(described))
  const error: unknown = await engine.query(`SELECT * FROM ${rawRelation(described.value)}`).catch((e: unknown) => e)
  expect(diagnoseReadError(error, found)).toMatchObject({ code: 'data/ragged-row', file: 'y/a.csv', line: 3 })
})

test('copyAsUtf8() refuses what is no Windows-1252, by line, and zstd', async () => {
  const folder = tempFolder({
    'a.csv': windows('a\nb\n\x81\n'),
    'b.csv.zst': Buffer.from('28b52ffd2004210000610a620a', 'hex'),
  })
  const found = await findSourceFiles(folder, ['*'], 'windows-1252')
  await using engine = await openReading({ files: found })
  const described = await describeFiles(engine, found)
  expect(described).toMatchObject({
    ok: false,
    diagnostics: [
      { code: 'data/not-utf8', file: 'a.csv', line: 3, message: expect.stringContaining('Windows-1252') },
      { code: 'data/not-utf8', file: 'b.csv.zst', message: expect.stringContaining('zstd') },
    ],
  })
})
