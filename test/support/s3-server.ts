import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { S3Client } from '@aws-sdk/client-s3'

import { packageFolder } from '../../action/base/package-folder.ts'

const keys = { AWS_ACCESS_KEY_ID: 'plumbline', AWS_SECRET_ACCESS_KEY: 'a-secret-that-nobody-may-see' }

export interface S3Server extends Disposable {
  /** With which Plumbline finds it. */
  readonly environment: Readonly<Record<string, string>>
  readonly client: S3Client
  /** A folder that goes with it. */
  readonly root: string
}

/** A real S3 server, which `.ci/run` installs; ready when this ends. */
export async function s3Server(): Promise<S3Server> {
  const port = await freePort()
  const root = mkdtempSync(join(tmpdir(), 'plumbline-s3-'))
  for (const folder of ['data', 'meta']) mkdirSync(join(root, folder))
  const endpoint = `http://127.0.0.1:${port}`
  const where = ['posix', '--sidecar', join(root, 'meta'), join(root, 'data')]
  const program = join(packageFolder(), '.tools/bin/versitygw')
  const server = spawn(program, ['--port', `127.0.0.1:${port}`, '--quiet', ...where], {
    env: {
      PATH: process.env['PATH'],
      ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY },
  })
  await until(async () => (await fetch(endpoint)).status > 0)
  return {
    environment: { ...keys, AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1', HOME: root },
    client,
    root,
    [Symbol.dispose]() {
      client.destroy()
      server.kill()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3000; tries += 1) {
    if (await isTrue().catch(() => false)) return
    await sleep(10)
  }
  throw new Error('It never happened')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('No port is free')
  return address.port
}
