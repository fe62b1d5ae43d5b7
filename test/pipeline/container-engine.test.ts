import { chmodSync } from 'node:fs'
import { hostname } from 'node:os'

import { describe, expect, test } from 'vitest'

import { findEngine } from '../../action/pipeline/container-engine.ts'
import { fakeEngine, pathWithoutEngine } from '../support/fake-engine.ts'
import { tempFolder } from '../support/temp-folder.ts'

const signal = new AbortController().signal

describe('findEngine()', () => {
  test.each([
    ['docker', '28.2.2 [name=seccomp,profile=builtin name=cgroupns]', false],
    ['docker', '28.2.2 [name=rootless name=cgroupns]', true],
    ['podman', '5.1.0 rootless=true', true],
    ['podman', '5.1.0 rootless=false', false],
  ] as const)('takes %s, which answers %s', async (program, answer, isRootless) => {
    const { PATH } = fakeEngine(program, answer)

    expect(await findEngine('stage "train"', { PATH }, signal)).toMatchObject({ program, isRootless })
  })

  test('asks once, and gives an engine what leads to it, and no secret', async () => {
    const engine = fakeEngine()
    const caller = { PATH: engine.PATH, DOCKER_HOST: 'unix:///run/d.sock', HOME: '/home/ada', GITHUB_TOKEN: 'x' }

    const first = await findEngine('stage "train"', caller, signal)

    expect(await findEngine('stage "predict"', caller, signal)).toBe(first)
    expect(engine.said('info')).toHaveLength(1)
    expect(first.environment).toEqual({ PATH: engine.PATH, DOCKER_HOST: 'unix:///run/d.sock', HOME: '/home/ada' })
  })

  test('removes what killed runs of this machine left, and what lives not', async () => {
    const engine = fakeEngine()
    const dead = 2 ** 22 + 1
    engine.leave([`plumbline-room-${dead}-abc`, `plumbline-room-${process.pid}-abc`, 'other'])

    await findEngine('stage "train"', { PATH: engine.PATH }, signal)

    expect(engine.said('ps')[0]?.args).toContain(`label=plumbline.host=${hostname()}`)
    expect(engine.said('rm').map(({ args }) => args)).toEqual([['--force', `plumbline-room-${dead}-abc`]])
  })

  test('says why none answers, and what to do', async () => {
    const silent = tempFolder({
      docker: "#!/bin/sh\necho ' []'\necho 'Cannot connect to the Docker daemon.' >&2\nexit 1\n",
    })
    chmodSync(`${silent}/docker`, 0o755)

    await expect(
      findEngine('stage "train"', { PATH: `${silent}:${pathWithoutEngine()}` }, signal),
    ).rejects.toMatchObject({
      code: 'stage/no-engine',
      message:
        'Cannot run stage "train" in its container: no engine answers here (docker says: Cannot connect to the Docker daemon.; podman is not on PATH); expected docker or podman',
      remedy: expect.stringContaining('PLUMBLINE_CONTAINER'),
    })
  })
})
