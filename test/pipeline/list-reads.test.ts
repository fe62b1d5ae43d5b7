import { symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { openReads } from '../../action/pipeline/list-reads.ts'
import type { ProgramStage } from '../../action/project/project.ts'
import { type Parts, projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const rows = 'id,x,y\n1,2,3\n'
const pinned = new Set([sha256(rows)])

interface Wish {
  readonly files?: Readonly<Record<string, string>>
  /** Link → what it points to. */
  readonly links?: Readonly<Record<string, string>>
  readonly data?: NonNullable<Parts['data']>
  readonly reads?: readonly string[]
}

async function reads({ files = {}, links = {}, data = {}, reads: globs }: Wish): Promise<string[]> {
  const folder = tempFolder({ 'plumbline.yaml': '', 'train.py': 'print()\n', 'data/a.csv': rows, ...files })
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(folder, link))
  const stage: ProgramStage = {
    name: 'train',
    needs: ['features'],
    run: 'python train.py',
    out: {},
    env: {},
    secrets: [],
    line: 4,
    ...(globs && { reads: globs }),
  }
  return Object.keys(await openReads(projectOf(folder, { data }), pinned)(stage))
}

describe('openReads()', () => {
  test.each<[string, Wish]>([
    ['data whose glob begins with ./', { data: { source: ['./data/*.csv'] } }],
    ['data that is no longer in the glob', { data: { source: ['landing/*.csv'] } }],
    ['a copy of the data', { files: { 'backup/old.txt': rows } }],
    ['a link to the data', { links: { 'rows.txt': 'data/a.csv' } }],
    [
      'a store in the folder',
      { files: { 'kept/ab/abcd': 'other rows' }, data: { store: { kind: 'file', path: './kept' } } },
    ],
    ['results', { files: { '.plumbline/stages/split/1/out/truth.parquet': 'PAR1' } }],
    [
      'a link to results',
      { files: { '.plumbline/stages/split/1/out/truth.parquet': 'PAR1' }, links: { cache: '.plumbline/stages' } },
    ],
    ['results of a project below', { files: { 'old/.plumbline/stages/split/1/out/truth.parquet': 'PAR1' } }],
  ])('leaves out %s', async (_, wish) => {
    expect(await reads(wish)).toEqual(['train.py'])
  })

  test.each<[string, string, Wish]>([
    ['data', 'pipeline/reads-data', { reads: ['train.py', 'data/*.csv'] }],
    [
      'data that is not pinned yet',
      'pipeline/reads-data',
      { reads: ['**/*.csv'], files: { 'data/b.csv': 'id,x,y\n' } },
    ],
    ['a link to the data', 'pipeline/reads-data', { reads: ['*.txt'], links: { 'rows.txt': 'data/a.csv' } }],
    [
      'a store in the folder',
      'pipeline/reads-data',
      { reads: ['kept/**'], files: { 'kept/ab/abcd': 'other rows' }, data: { store: { kind: 'file', path: 'kept' } } },
    ],
    [
      'a link to results',
      'pipeline/reads-data',
      {
        reads: ['cache/**'],
        files: { '.plumbline/stages/split/1/out/truth.parquet': 'PAR1' },
        links: { cache: '.plumbline/stages' },
      },
    ],
    [
      'a file elsewhere by a link',
      'pipeline/reads-outside',
      { reads: ['*.txt'], links: { 'passwd.txt': '/etc/passwd' } },
    ],
    ['a folder elsewhere by a link', 'pipeline/reads-outside', { reads: ['etc/passwd'], links: { etc: '/etc' } }],
    ['nothing', 'pipeline/no-reads', { reads: ['*.r'] }],
  ])('refuses to let a stage read %s', async (_, code, wish) => {
    await expect(reads(wish)).rejects.toMatchObject({ code })
  })

  test('takes a link to code of the same project', async () => {
    expect(await reads({ links: { 'fit.py': 'train.py' } })).toEqual(['fit.py', 'train.py'])
  })
})
