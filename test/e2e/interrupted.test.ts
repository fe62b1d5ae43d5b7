import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { pinData } from '../support/pin-data.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

test.each(['SIGINT', 'SIGTERM'] as const)(
  'dist/cli.js stops on %s, with its stages, and says how to go on',
  async (signal) => {
    const project = await tinyProject()
    const mark = join(project.folder, '.plumbline/started')
    project.write('plumbline.yaml', tinyYaml.replace('env: {', `env: { MARK: ${JSON.stringify(mark)},`))
    project.write(
      'train.mjs',
      `import { writeFileSync } from 'node:fs'
     writeFileSync(process.env.MARK, String(process.pid))
     setInterval(() => {}, 1000)`,
    )
    await pinData(project.folder)
    const child = spawn(process.execPath, [join(packageFolder(), 'dist/cli.js'), 'run'], { cwd: project.folder })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const ended = new Promise((resolve) => child.on('close', resolve))
    while (!hasStarted(mark) && child.exitCode === null) await wait(50)

    child.kill(signal)

    expect(await ended, stderr).toBe(130)
    expect(stderr).toContain('Interrupted')
    await expect.poll(() => isAlive(Number(readFileSync(mark, 'utf8'))), { timeout: 20_000 }).toBe(false)
  },
)

function hasStarted(mark: string): boolean {
  return existsSync(mark) && readFileSync(mark, 'utf8') !== ''
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
