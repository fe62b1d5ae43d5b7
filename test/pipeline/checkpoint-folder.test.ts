import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { checkpointFolder, removeCheckpoint, withCheckpointFolder } from '../../action/pipeline/checkpoint-folder.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const placeOf = (folder: string, digit = 'a') => ({
  folder,
  stage: 'train',
  cacheKey: digit.repeat(64),
  isFresh: false,
})
const nothing = async () => undefined

describe('withCheckpointFolder()', () => {
  test('gives back what was left there, to the same key only, until the stage is done', async () => {
    const folder = tempFolder()
    await withCheckpointFolder(placeOf(folder), async (own) => writeFiles(own, { state: 'epoch 3' }))

    await withCheckpointFolder(placeOf(folder, 'b'), async (own) => expect(readdirSync(own)).toEqual([]))
    await withCheckpointFolder(placeOf(folder), async (own) => {
      expect(readFileSync(join(own, 'state'), 'utf8')).toBe('epoch 3')
    })
    await removeCheckpoint(placeOf(folder))
    await withCheckpointFolder(placeOf(folder), async (own) => expect(readdirSync(own)).toEqual([]))
  })

  test('empties it where a run begins anew', async () => {
    const folder = tempFolder()
    await withCheckpointFolder(placeOf(folder), async (own) => writeFiles(own, { state: 'epoch 3' }))

    await withCheckpointFolder({ ...placeOf(folder), isFresh: true }, async (own) => {
      expect(readdirSync(own)).toEqual([])
    })
  })

  test('gives it to nobody else meanwhile', async () => {
    const place = placeOf(tempFolder())

    await withCheckpointFolder(place, async () => {
      await expect(withCheckpointFolder(place, nothing)).rejects.toMatchObject({ code: 'locked' })
      await removeCheckpoint(place)
      expect(existsSync(checkpointFolder(place))).toBe(true)
    })
    await expect(withCheckpointFolder(place, nothing)).resolves.toBeUndefined()
  })

  test('keeps those of the two keys before, and no more', async () => {
    const folder = tempFolder()
    for (const [index, digit] of ['1', '2', '3', '4'].entries()) {
      const own = checkpointFolder(placeOf(folder, digit))
      mkdirSync(own, { recursive: true })
      utimesSync(own, 1000 + index, 1000 + index)
    }

    await withCheckpointFolder(placeOf(folder), async (own) => {
      expect(readdirSync(dirname(own)).filter((name) => !name.includes('.'))).toEqual(
        ['3', '4', 'a'].map((digit) => digit.repeat(16)),
      )
    })
  })

  test.each([
    '.plumbline/checkpoints',
    '.plumbline/checkpoints/train',
    `.plumbline/checkpoints/train/${'a'.repeat(16)}`,
  ])('takes no link for its own at %s, and removes nothing behind it', async (link) => {
    const [folder, elsewhere] = [tempFolder(), tempFolder({ mine: 'mine', [`train/${'a'.repeat(16)}/mine`]: 'mine' })]
    mkdirSync(dirname(join(folder, link)), { recursive: true })
    symlinkSync(elsewhere, join(folder, link))

    await withCheckpointFolder({ ...placeOf(folder), isFresh: true }, async (own) => {
      expect(readdirSync(own)).toEqual([])
    })
    await removeCheckpoint(placeOf(folder))

    expect(existsSync(join(elsewhere, 'mine'))).toBe(true)
    expect(existsSync(join(elsewhere, 'train', 'a'.repeat(16), 'mine'))).toBe(true)
    expect(statSync(join(folder, '.plumbline/checkpoints/train')).isDirectory()).toBe(true)
  })

  test.runIf(process.platform === 'linux')('ends what goes on of a killed run, and nothing of others', async () => {
    const place = placeOf(tempFolder())
    const orphan = sleeper(checkpointFolder(place))
    const other = sleeper(checkpointFolder(placeOf(place.folder, 'b')))
    await Promise.all([once(orphan, 'spawn'), once(other, 'spawn')])
    const orphanEnds = once(orphan, 'exit')
    const killed = spawn('true')
    await once(killed, 'exit')
    const lock = JSON.stringify({ token: 'killed', pid: killed.pid, host: hostname() })
    writeFiles(dirname(checkpointFolder(place)), { [`${'a'.repeat(16)}.lock`]: lock })

    await withCheckpointFolder(place, nothing)

    expect(await orphanEnds).toEqual([null, 'SIGKILL'])
    expect(other.exitCode ?? other.signalCode).toBeNull()
    other.kill('SIGKILL')
  })
})

function sleeper(folder: string): ChildProcess {
  return spawn('sleep', ['60'], {
    env: { PATH: process.env['PATH'], PLUMBLINE_CHECKPOINT_DIR: folder },
    stdio: 'ignore',
  })
}
