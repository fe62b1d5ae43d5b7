import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Pair {
  readonly key: string
  readonly value: string
}

interface FakeRun {
  readonly info: Record<string, unknown>
  readonly data: { readonly tags: Pair[]; readonly params: Pair[]; readonly metrics: { key: string; value: number }[] }
}

interface FakeModel {
  readonly versions: Record<string, unknown>[]
  readonly aliases: Map<string, string>
}

/** As much of an MLflow server as the mirror asks, by real HTTP; it answers as 3.17 does, and is strict where that one is. */
export interface FakeMlflow extends AsyncDisposable {
  readonly url: string
}

type Body = Record<string, unknown>

export async function fakeMlflow(token?: string): Promise<FakeMlflow> {
  const experiments = new Map<string, string>()
  const runs: FakeRun[] = []
  const models = new Map<string, FakeModel>()

  const routes: Record<string, (body: Body) => object> = {
    'GET experiments/get-by-name': ({ experiment_name: name }) => {
      const id = experiments.get(String(name)) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', 'Could not find experiment')
      return { experiment: { experiment_id: id, name, lifecycle_stage: 'active' } }
    },
    'POST experiments/create': ({ name }) => {
      if (experiments.has(String(name))) refuse(400, 'RESOURCE_ALREADY_EXISTS', 'Experiment already exists')
      experiments.set(String(name), String(experiments.size + 1))
      return { experiment_id: String(experiments.size) }
    },
    'POST runs/search': ({ experiment_ids: ids, page_token: page, max_results: most }) => {
      const found = runs.filter(({ info }) => (ids as string[]).includes(String(info['experiment_id'])))
      const from = Number(page ?? 0)
      const some = found.slice(from, from + Number(most))
      return { runs: some, ...(from + some.length < found.length && { next_page_token: String(from + some.length) }) }
    },
    'POST runs/create': ({ experiment_id: id, run_name: name, start_time: start, tags }) => {
      const run = randomUUID().replaceAll('-', '')
      const info = { run_id: run, experiment_id: id, run_name: name, start_time: start, status: 'RUNNING' }
      const made = {
        info: { ...info, lifecycle_stage: 'active' },
        data: { tags: tags as Pair[], params: [], metrics: [] },
      }
      runs.push(made)
      return { run: made }
    },
    'POST runs/log-batch': ({ run_id: id, params, metrics }) => {
      const { data } = runOf(id)
      if ((params as Pair[]).length > 100) refuse(400, 'INVALID_PARAMETER_VALUE', 'more than 100 params')
      for (const { key, value } of params as Pair[]) {
        if (!/^[\w\-. /:]+$/.test(key)) refuse(400, 'INVALID_PARAMETER_VALUE', `Invalid parameter name ${key}`)
        const known = data.params.find((param) => param.key === key)
        if (known && known.value !== value)
          refuse(400, 'INVALID_PARAMETER_VALUE', 'Changing param values is not allowed')
        if (!known) data.params.push({ key, value })
      }
      data.metrics.push(...(metrics as { key: string; value: number }[]))
      return {}
    },
    'POST runs/update': ({ run_id: id, status, end_time: end }) => {
      Object.assign(runOf(id).info, { status, end_time: end })
      return { run_info: runOf(id).info }
    },
    'POST runs/delete': ({ run_id: id }) => {
      Object.assign(runOf(id).info, { lifecycle_stage: 'deleted' })
      return {}
    },
    'GET registered-models/get': ({ name }) => {
      const { aliases } =
        models.get(String(name)) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', 'Registered Model not found')
      return { registered_model: { name, aliases: [...aliases].map(([alias, version]) => ({ alias, version })) } }
    },
    'POST registered-models/create': ({ name }) => {
      if (models.has(String(name))) refuse(400, 'RESOURCE_ALREADY_EXISTS', 'Registered Model already exists.')
      models.set(String(name), { versions: [], aliases: new Map() })
      return { registered_model: { name } }
    },
    'GET model-versions/search': ({ filter }) => {
      const [, name = ''] = /^name='([^']*)'$/.exec(String(filter)) ?? []
      return { model_versions: models.get(name)?.versions ?? [] }
    },
    'POST model-versions/create': ({ name, source, run_id: id, tags }) => {
      if (/^https?:/.test(String(source)))
        refuse(400, 'INVALID_PARAMETER_VALUE', "'source' cannot use the 'https' scheme")
      runOf(id)
      const model = models.get(String(name)) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', 'Registered Model not found')
      const version = { name, version: String(model.versions.length + 1), source, run_id: id, tags, status: 'READY' }
      model.versions.push(version)
      return { model_version: version }
    },
    'POST registered-models/alias': ({ name, alias, version }) => {
      models.get(String(name))?.aliases.set(String(alias), String(version))
      return {}
    },
  }

  function runOf(id: unknown): FakeRun {
    return runs.find(({ info }) => info['run_id'] === id) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', 'Run not found')
  }

  const server = createServer((request, response) => void answer(request, response))
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const address = new URL(request.url ?? '', 'http://x')
    const body = request.method === 'GET' ? Object.fromEntries(address.searchParams) : await bodyOf(request)
    try {
      if (token !== undefined && request.headers.authorization !== token)
        refuse(401, 'UNAUTHENTICATED', 'not authenticated')
      const name = `${request.method} ${address.pathname.replace('/api/2.0/mlflow/', '')}`
      const route = routes[name] ?? refuse(404, 'ENDPOINT_NOT_FOUND', name)
      send(response, 200, route(body))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      send(response, error.status, { error_code: error.code, message: error.message })
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

function refuse(status: number, code: string, message: string): never {
  throw new Refusal(status, code, message)
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}') as Body
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
