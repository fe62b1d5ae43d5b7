import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installDuckdb } from '../../action/data/install-duckdb.ts'
import { tempFolder } from '../support/temp-folder.ts'

const platform = 'linux-x64'

/** Puts files where npm would, and counts how often it was asked. */
function fakeNpm() {
  const npm = {
    calls: 0,
    async install(folder: string): Promise<void> {
      npm.calls += 1
      const target = join(folder, `node_modules/@duckdb/node-bindings-${platform}`)
      mkdirSync(target, { recursive: true })
      writeFileSync(join(target, 'duckdb.node'), 'native')
      writeFileSync(join(target, 'libduckdb.so'), 'library')
    },
  }
  return npm
}

describe('installDuckdb()', () => {
  test('installs once', async () => {
    const cacheFolder = tempFolder()
    const npm = fakeNpm()
    const first = await installDuckdb({ cacheFolder, platform, install: npm.install })
    expect(await installDuckdb({ cacheFolder, platform, install: npm.install })).toBe(first)
    expect(npm.calls).toBe(1)
    expect(readdirSync(cacheFolder)).toHaveLength(1)
  })

  test.each(['duckdb.node', 'libduckdb.so'])('refuses to load a %s with other bytes', async (name) => {
    const cacheFolder = tempFolder()
    const file = await installDuckdb({ cacheFolder, platform, install: fakeNpm().install })
    writeFileSync(join(dirname(file), name), 'tampered')
    const again = installDuckdb({ cacheFolder, platform, install: fakeNpm().install })
    await expect(again).rejects.toMatchObject({
      code: 'data/engine-damaged',
      remedy: expect.stringContaining(cacheFolder),
    })
  })

  test('leaves nothing behind where the install fails, and then works', async () => {
    const cacheFolder = tempFolder()
    const failing = installDuckdb({ cacheFolder, platform, install: () => Promise.reject(new Error('no network')) })
    await expect(failing).rejects.toThrow('no network')
    expect(readdirSync(cacheFolder, { recursive: true })).toHaveLength(1)
    await expect(installDuckdb({ cacheFolder, platform, install: fakeNpm().install })).resolves.toContain('duckdb.node')
  })

  test('takes no notice of what a killed install left', async () => {
    const cacheFolder = tempFolder()
    const whole = await installDuckdb({ cacheFolder: tempFolder(), platform, install: fakeNpm().install })
    const digestFolder = whole.split('/').at(-5) ?? ''
    mkdirSync(join(cacheFolder, digestFolder, `${platform}.1-1.draft/node_modules`), { recursive: true })
    await expect(installDuckdb({ cacheFolder, platform, install: fakeNpm().install })).resolves.toContain('duckdb.node')
  })

  test('two at once end with one', async () => {
    const cacheFolder = tempFolder()
    const both = await Promise.all(
      [1, 2].map(() => installDuckdb({ cacheFolder, platform, install: fakeNpm().install })),
    )
    expect(both[0]).toBe(both[1])
  })

  test('names the platforms that there are builds for', async () => {
    const odd = installDuckdb({ cacheFolder: tempFolder(), platform: 'sunos-sparc' })
    await expect(odd).rejects.toMatchObject({
      code: 'data/engine-missing',
      message: expect.stringContaining('linux-x64'),
    })
  })
})
