import { request as ask, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MlflowGate extends AsyncDisposable {
  readonly url: string
  /** Requests that came by, such as `POST runs/create`. */
  readonly calls: () => readonly string[]
  /** The call of this number (counted on) breaks, before the server hears of it or once it has done it. */
  breakAt: { readonly call: number; readonly moment: 'before' | 'after' } | undefined
}

/** Stands before an MLflow server, and breaks off where it is told to: a client that was killed there. */
export async function mlflowGate(server: string): Promise<MlflowGate> {
  const calls: string[] = []
  const gate: { breakAt: MlflowGate['breakAt'] } = { breakAt: undefined }
  const proxy = createServer((request, response) => {
    calls.push(`${request.method} ${(request.url ?? '').replace('/api/2.0/mlflow/', '').replace(/\?.*/, '')}`)
    const { breakAt } = gate
    const isBroken = breakAt?.call === calls.length
    if (isBroken && breakAt?.moment === 'before') {
      request.socket.destroy()
      return
    }
    const { host: _host, ...headers } = request.headers
    const onward = ask(`${server}${request.url}`, { method: request.method, headers }, (answer) => {
      answer.on('end', () => isBroken && request.socket.destroy())
      if (isBroken) {
        answer.resume()
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return Object.assign(gate, {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    calls: () => calls,
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections()
      await new Promise((resolve) => proxy.close(resolve))
    },
  })
}
