import type { IncomingMessage } from 'node:http'

import type { Json } from '../base/canonical-json.ts'
import type { Access } from './access.ts'
import type { FaultBoard } from './faults.ts'
import type { BareRepository } from './git.ts'
import type { LaggingLists } from './lagging-lists.ts'
import type { Limits } from './limits.ts'
import { invalid, Refusal } from './refusal.ts'
import type { RequestLimiter } from './request-limits.ts'
import type { StateFile } from './state.ts'
import type { WebSession } from './web/session.ts'

/** The embedded GitHub as a route's handler sees it. */
export interface Forge {
  readonly owner: string
  readonly repository: string
  readonly state: StateFile
  readonly git: BareRepository
  /** Where the bytes of assets lie. */
  readonly assetsFolder: string
  /** Where the bytes of artifacts lie. */
  readonly artifactsFolder: string
  readonly limits: Limits
  readonly limiter: RequestLimiter
  readonly lists: LaggingLists
  readonly faults: FaultBoard
  /** Who sees the web view; without it there is none. */
  readonly web?: WebSession
  /** Without a trailing slash. */
  readonly serverUrl: string
  /** `<apiUrl>/repos/<owner>/<repository>` */
  readonly repositoryUrl: string
}

export interface Exchange {
  readonly forge: Forge
  /** Who asks; `actorOf` has the name that stands on what they make. */
  readonly access: Access
  /** The path's variables, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The request's JSON object; empty for an upload. */
  readonly body: Fields
  readonly request: IncomingMessage
  /** A fault ends the upload in its middle. */
  readonly breaksOff: boolean
}

export type Fields = Readonly<Record<string, unknown>>

export type Answer =
  | { readonly status: number; readonly json: Json; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: 204 | 302; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: 200; readonly file: string; readonly bytes: number; readonly contentType: string }
  | { readonly status: 200; readonly content: Uint8Array; readonly contentType: string }

export function param(exchange: Exchange, name: string): string {
  return exchange.params[name] ?? ''
}

/** The text under a key; undefined where it is absent or null. */
export function optionalText(body: Fields, key: string): string | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string')
    throw new Refusal(422, `Invalid request.\n\nFor '${key}', ${JSON.stringify(value)} is not a string.`)
  return value
}

export function requiredText(body: Fields, key: string): string {
  const value = optionalText(body, key)
  if (value === undefined) throw new Refusal(422, `Invalid request.\n\n"${key}" wasn't supplied.`)
  return value
}

export function flag(body: Fields, key: string): boolean | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean')
    throw new Refusal(422, `Invalid request.\n\nFor '${key}', ${JSON.stringify(value)} is not a boolean.`)
  return value
}

/** Refuses a body longer than GitHub takes, counted in characters. */
export function limited(text: string | undefined, resource: string, maximum: number): string | undefined {
  if (text !== undefined && Array.from(text).length > maximum) {
    throw invalid(resource, 'body', 'custom', `body is too long (maximum is ${maximum} characters)`)
  }
  return text
}

/** One page of a list, and the `link` header to the others. */
export function paginated<T>(
  exchange: Exchange,
  path: string,
  all: readonly T[],
): { readonly items: readonly T[]; readonly headers: Record<string, string> } {
  const perPage = between(exchange.query.get('per_page'), 30, 100)
  const page = between(exchange.query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const pages = Math.max(1, Math.ceil(all.length / perPage))
  const address = (number: number, relation: string) => {
    const query = new URLSearchParams(exchange.query)
    query.set('page', String(number))
    return `<${exchange.forge.repositoryUrl}${path}?${query.toString()}>; rel="${relation}"`
  }
  const links = [
    ...(page > 1 ? [address(page - 1, 'prev'), address(1, 'first')] : []),
    ...(page < pages ? [address(page + 1, 'next'), address(pages, 'last')] : []),
  ]
  const items = all.slice((page - 1) * perPage, page * perPage)
  return { items, headers: links.length > 0 ? { link: links.join(', ') } : {} }
}

function between(text: string | null, fallback: number, maximum: number): number {
  const number = Number(text ?? fallback)
  return Number.isSafeInteger(number) && number >= 1 ? Math.min(number, maximum) : fallback
}
