import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'
import { plumbline } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const csv = 'id,y\na,1\n'

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A server of data.example, vouched for by a certificate of its own, behind a proxy that alone knows the way to it. */
async function behindProxy(): Promise<{ folder: string; proxy: string; certificate: string; asked: string[] }> {
  const from = `{ orders: { from: 'https://data.example/orders.csv?sig=verysecret' } }`
  const folder = tempFolder({ 'plumbline.yaml': tinyYaml.replace('data/*.csv', from) })
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=data.example', '-addext', 'subjectAltName=DNS:data.example']
  const files = ['-keyout', key, '-out', certificate, '-days', '2']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'ignore' })
  const port = await listen(
    createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => response.end(csv)),
  )
  const asked: string[] = []
  const proxy = createProxy().on('connect', (request, client) => {
    asked.push(request.url ?? '')
    const way = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      way.pipe(client).pipe(way)
    })
    for (const end of [way, client]) end.on('error', () => way.destroy())
  })
  return { folder, proxy: `http://127.0.0.1:${await listen(proxy)}`, certificate, asked }
}

describe('https:// over TLS', () => {
  test('goes through the caller’s proxy, and trusts whom the caller trusts', async () => {
    const { folder, proxy, certificate, asked } = await behindProxy()
    const environment = { HTTPS_PROXY: proxy, NO_PROXY: '', NODE_EXTRA_CA_CERTS: certificate }
    const { code, stdout, stderr } = await plumbline(folder, ['data', 'fetch'], { environment })
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0, said: expect.stringContaining('FETCHED  1 file') })
    expect(asked).toEqual(['data.example:443'])
    expect(readFileSync(join(folder, 'data/orders/orders.csv'), 'utf8')).toBe(csv)
    expect(stdout + stderr).not.toContain('verysecret')
  })

  test('trusts nobody else', async () => {
    const { folder, proxy } = await behindProxy()
    const { code, stderr } = await plumbline(folder, ['data', 'fetch'], {
      environment: { HTTPS_PROXY: proxy, NO_PROXY: '' },
    })
    expect(code).toBe(3)
    expect(stderr).toContain('"https://data.example/orders.csv?…": nobody vouches for its certificate')
    expect(stderr).not.toContain('verysecret')
  })
})
