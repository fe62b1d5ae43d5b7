// The mirror against a real MLflow server: the tests that npm test runs against a stand-in, then what MLflow's own client sees.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const tests = ['test/registry/mirror-to-mlflow.test.ts', 'test/commands/register-mlflow.test.ts']

/** Whether every test passes against a server of this Python, and its own client finds what was told. */
export async function mirrorForReal(root, { python, version }) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-mlflow-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  console.log(`MLflow ${version} at ${url} …`)
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '--artifacts-destination', folder]
  const words = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store]
  // A group of its own: the server has workers that outlive it.
  const server = spawn(python, words, { cwd: folder, stdio: 'ignore', detached: true })
  const ended = once(server, 'exit')
  try {
    await answering(`${url}/health`, server)
    const environment = { ...process.env, PLUMBLINE_TEST_MLFLOW: url }
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const run = (program, given) => spawnSync(program, given, { cwd: root, env: environment, stdio: 'inherit' }).status
    return (
      run(process.execPath, [vitest, 'run', ...tests]) === 0 &&
      run(python, [join(root, 'scripts/peers/mlflow-client.py'), url]) === 0
    )
  } finally {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM')
    await Promise.race([ended, sleep(10_000)])
    rmSync(folder, { recursive: true, force: true })
  }
}

async function answering(address, server) {
  for (let seconds = 0; seconds < 120; seconds++) {
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    if (server.exitCode !== null) break
    await sleep(1000)
  }
  throw new Error(`Cannot start MLflow: ${address} does not answer; expected it within two minutes`)
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}
