import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from '../../base/html.ts'
import type { Forge } from '../exchange.ts'
import { notFound, Refusal } from '../refusal.ts'
import { pageOf } from '../resources.ts'
import { barePage, page, type View } from './page.ts'
import { branchesPage, deploymentsPage, releasesPage, runsPage } from './platform-pages.ts'
import { issueList, issueView } from './pull-pages.ts'
import { cookieName, foreignForm, isMember, isSecret, type WebSession } from './session.ts'
import { style } from './style.ts'
import { doAction } from './web-actions.ts'

const largestFormBytes = 1 << 20

/** Nothing is loaded from anywhere, nothing runs, nobody frames it, and its forms come back here. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** Answers a request for the web view. */
export async function answerWeb(
  forge: Forge,
  session: WebSession,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = new URL(request.url ?? '/', forge.serverUrl)
  if (address.pathname === '/-/style.css') {
    response.writeHead(200, { ...headers, 'content-type': 'text/css; charset=utf-8' }).end(style)
    return
  }
  const given = address.searchParams.get('key')
  if (request.method === 'GET' && given !== null && isSecret(given, session.key)) return enter(forge, session, response)
  if (!isMember(request, session, forge.serverUrl)) {
    const words = html`<p>Open the whole address that <code>plumbline github</code> printed: it lets this browser in.</p>`
    response.writeHead(403, headers).end(barePage('Not this way', words))
    return
  }
  try {
    if (request.method === 'POST') await takeForm({ forge, session }, request, response)
    else await show({ forge, session }, address.pathname, response)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const [first] = error.errors
    const [title, rest] = request.method === 'POST' ? ['Not done', 'Nothing was changed. '] : ['Not shown', '']
    const words = html`<p class="notice no">✗ ${typeof first === 'string' ? first : (first?.message ?? error.message)}</p><p>${rest}<a href="${pageOf(forge)}/pulls">Back to the pull requests</a></p>`
    response.writeHead(error.status, headers).end(page({ forge }, undefined, title, html`<h1>${title}</h1>${words}`))
  }
}

function enter(forge: Forge, session: WebSession, response: ServerResponse): void {
  const cookie = `${cookieName(forge.serverUrl)}=${session.key}; HttpOnly; SameSite=Strict; Path=/`
  response
    .writeHead(303, { ...headers, 'set-cookie': cookie, location: `/${forge.owner}/${forge.repository}/pulls` })
    .end()
}

async function show(view: View, path: string, response: ServerResponse): Promise<void> {
  const { forge } = view
  const home = `/${forge.owner}/${forge.repository}`
  if (path === '/' || path === home) {
    response.writeHead(303, { ...headers, location: `${home}/pulls` }).end()
    return
  }
  const content = path.startsWith(`${home}/`) ? await pageAt(view, path.slice(home.length)) : undefined
  if (content === undefined) throw notFound()
  response.writeHead(200, headers).end(content)
}

async function pageAt(view: View, path: string): Promise<string | undefined> {
  const number = /^\/(?:pull|issues)\/(\d+)$/.exec(path)?.[1]
  if (number !== undefined) return issueView(view, Number(number))
  if (path === '/pulls' || path === '/issues') return issueList(view, path === '/pulls' ? 'pulls' : 'issues')
  if (path === '/releases' || path.startsWith('/releases/tag/')) return releasesPage(view)
  if (path === '/actions' || path.startsWith('/actions/runs/')) return runsPage(view)
  if (path === '/deployments') return deploymentsPage(view)
  return path === '/branches' ? branchesPage(view) : undefined
}

async function takeForm(view: View, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { forge, session } = view
  const fields = await readForm(request)
  const foreign = foreignForm(request, fields, session, forge.serverUrl)
  if (foreign !== undefined) throw new Refusal(403, foreign)
  const home = `/${forge.owner}/${forge.repository}`
  const path = new URL(request.url ?? '/', forge.serverUrl).pathname
  if (!path.startsWith(`${home}/`)) throw notFound()
  const { to, line } = await doAction(forge, request, path.slice(home.length), fields)
  session.tell(line)
  response.writeHead(303, { ...headers, location: home + to }).end()
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded')
    throw new Refusal(415, 'That is no form of these pages.')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > largestFormBytes) throw new Refusal(413, 'The form is too large.')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}
