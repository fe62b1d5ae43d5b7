import type { Answer, Exchange } from './exchange.ts'

/** One row of a table of routes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** As GitHub's OpenAPI description writes it; below `/api/v3`, and below `/api/uploads` for uploads. */
  readonly path: string
  /** `refs`: changes git alone, one request at a time. */
  readonly writes: 'nothing' | 'refs' | 'state'
  readonly handle: (exchange: Exchange) => Promise<Answer>
}

export function route(method: Route['method'], path: string, writes: Route['writes'], handle: Route['handle']): Route {
  return { method, path, writes, handle }
}
