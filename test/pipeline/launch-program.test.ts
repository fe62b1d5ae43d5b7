import { hostname } from 'node:os'

import { expect, test } from 'vitest'
import { containerArguments, launchProgram } from '../../action/pipeline/launch-program.ts'
import { pathWithoutEngine } from '../support/fake-engine.ts'

const surroundings = {
  caller: { PATH: '/usr/bin', TOKEN: 'hunter22' },
  binFolders: [],
  home: '/tmp/room/home',
  temp: '/tmp/room/tmp',
  env: { MODE: 'fast; rm -rf /' },
  secrets: ['TOKEN'],
  plumbline: { PLUMBLINE_OUT_MODEL: '/tmp/room/files/model', PLUMBLINE_PARAMS: '{"a":1}' },
}
const wish = { name: 'room', image: 'r.io/a@sha256:00', command: 'python "train.py"', room: '/tmp/room', surroundings }

test('containerArguments() shows a program its own folders at their own paths, its variables, and nothing of the caller', () => {
  expect(containerArguments({ ...wish, user: '1000:1000' })).toEqual([
    'run',
    '--rm',
    '--init',
    ...['--name', 'room'],
    ...['--label', `plumbline.host=${hostname()}`],
    ...['--user', '1000:1000'],
    ...['--mount', 'type=bind,source=/tmp/room,target=/tmp/room'],
    ...['--mount', 'type=bind,source=/tmp/room/in,target=/tmp/room/in,readonly'],
    ...['--workdir', '/tmp/room/files'],
    ...['--env', 'LANG=C.UTF-8'],
    ...['--env', 'HOME=/tmp/room/home'],
    ...['--env', 'TMP=/tmp/room/tmp'],
    ...['--env', 'TMPDIR=/tmp/room/tmp'],
    ...['--env', 'TEMP=/tmp/room/tmp'],
    ...['--env', 'PLUMBLINE_ROOM=/tmp/room'],
    ...['--env', 'MODE=fast; rm -rf /'],
    ...['--env', 'PLUMBLINE_OUT_MODEL=/tmp/room/files/model'],
    ...['--env', 'PLUMBLINE_PARAMS={"a":1}'],
    ...['--env', 'TOKEN'],
    ...['--entrypoint', '/bin/sh'],
    'r.io/a@sha256:00',
    ...['-c', 'python "train.py"'],
  ])
})

test('containerArguments() never holds a secret’s value, which other users of the machine could read', () => {
  expect(containerArguments(wish).join(' ')).not.toContain('hunter22')
})

test('containerArguments() lets a stage write its checkpoints, in a folder of any name', () => {
  const plumbline = { PLUMBLINE_CHECKPOINT_DIR: '/data, "kept"/c' }

  expect(containerArguments({ ...wish, surroundings: { ...surroundings, plumbline } })).toContain(
    'type=bind,"source=/data, ""kept""/c","target=/data, ""kept""/c"',
  )
})

test('containerArguments() keeps SELinux from hiding the folders from podman', () => {
  expect(containerArguments({ ...wish, isPodman: true })).toContain('label=disable')
})

const { signal } = new AbortController()
const digest = `sha256:${'a'.repeat(64)}`
const stage = {
  name: 'train',
  needs: [],
  run: 'node train.mjs',
  out: {},
  env: {},
  secrets: [],
  line: 1,
  container: `registry.example/node@${digest}`,
}
const launch = (said: string) =>
  launchProgram(
    { stage, name: 'train', caller: { PATH: pathWithoutEngine(), PLUMBLINE_CONTAINER: said }, signal },
    '/tmp/room',
    surroundings,
  )

test.each([`registry.example/node@${digest}`, `mirror.example/node:20@${digest}\n`])(
  'launchProgram() starts a stage as it is where its job runs in that image: %s',
  async (said) => {
    expect((await launch(said)).command).toBe('node train.mjs')
  },
)

test.each(['', 'node:20', digest, `registry.example/node@sha256:${'b'.repeat(64)}`])(
  'launchProgram() wants an engine where its job runs in another: %s',
  async (said) => {
    await expect(launch(said)).rejects.toMatchObject({ code: 'stage/no-engine' })
  },
)

test('containerArguments() has the engine keep the limits of the stage', () => {
  expect(containerArguments({ ...wish, limits: { memoryBytes: 4e9, cpu: 1.5, diskBytes: 1 } }).join(' ')).toContain(
    ' --memory 4000000000b --cpus 1.5 ',
  )
})
