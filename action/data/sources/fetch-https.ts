import { Fault } from '../../base/fault.ts'
import { compressionIn } from '../source-file.ts'
import { arrive } from './arrive.ts'
import { type Ask, download, type RemoteAnswer, type RemoteBytes } from './download.ts'
import type { Arrival, Landing } from './landing.ts'
import { nameOf } from './landed-name.ts'
import { placeId, type Validators } from './part-file.ts'
import { askedDelayMs, isPassing } from './retry-delay.ts'
import type { WebAnswer } from '../../base/web-requests.ts'

const mostRedirects = 10

/** Brings the file of an address, or finds that the one landed before still is it. Throws faults `source/…`. */
export async function fetchHttps(landing: Landing, address: string): Promise<Arrival> {
  const url = new URL(address)
  const id = placeId(address)
  const shown = shownUrl(url)
  const landed = landing.landedFrom(id)
  const { sha256: pinned } = landing.source
  if (landed && pinned !== undefined && landed.sha256 === pinned) return { kind: 'kept', name: landed.name, shown }

  const part = await download({
    shown,
    id,
    partsFolder: landing.partsFolder,
    patience: landing.patience,
    signal: landing.signal,
    meter: landing.meter,
    ...(landed && { landed: landed.validators }),
    open: async (ask) => {
      const { answer, at } = await follow(landing, url, ask)
      // Bytes beyond the end: the part is of another file.
      if (answer.status === 416) await landing.forgetPart(id)
      return judge(answer, ask, { shown, urls: [url, at] })
    },
  })
  if (part === undefined && landed) return { kind: 'kept', name: landed.name, shown }
  if (part === undefined) throw refused(shown, 304, url)
  return await arrive(landing, part, shown, id)
}

/** Addresses may hold a signature in their query, which is nobody's to read in a log. */
function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`
}

async function follow(landing: Landing, from: URL, ask: Ask): Promise<{ answer: WebAnswer; at: URL }> {
  const { web, signal } = landing
  let at = from
  for (let steps = 0; ; steps += 1) {
    if (!web.allows(at)) {
      throw redirect(from, `it leads to ${shownUrl(at)}`, 'https://…, which nobody on the way can change')
    }
    const answer = await web.get(at, headersOf(ask), signal)
    const location = answer.headers['location']
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return { answer, at }
    answer.body.on('error', () => undefined).destroy()
    if (steps === mostRedirects) {
      throw redirect(from, `it redirects more than ${mostRedirects} times`, 'the file in the end')
    }
    if (!URL.canParse(location, at.href)) throw redirect(from, 'it redirects to no address', 'the file in the end')
    at = new URL(location, at.href)
  }
}

function headersOf({ from, same, unless }: Ask): Record<string, string> {
  return {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'plumbline',
    ...(from > 0 && same && { range: `bytes=${from}-`, 'if-range': same.etag ?? same.modified ?? '' }),
    ...(unless?.etag !== undefined && { 'if-none-match': unless.etag }),
    ...(unless?.etag === undefined && unless?.modified !== undefined && { 'if-modified-since': unless.modified }),
  }
}

/** What was asked: as messages show it, and the addresses on the way. */
interface Asked {
  readonly shown: string
  readonly urls: readonly [URL, URL]
}

function judge(answer: WebAnswer, ask: Ask, asked: Asked): RemoteAnswer {
  const { status, headers, body } = answer
  if (status === 200 || status === 206) return bytesOf(answer, asked)
  body.on('error', () => undefined).destroy()
  if (status === 304 && ask.unless) return { kind: 'unchanged' }
  if (status === 416) return { kind: 'busy', state: 'it has other bytes than before', askedMs: 0 }
  if (!isPassing(status)) throw refused(asked.shown, status, asked.urls[0])
  const askedMs = askedDelayMs(headers['retry-after'], Date.now())
  return { kind: 'busy', state: `it answers ${status}`, askedMs }
}

function bytesOf({ status, headers, body }: WebAnswer, { shown, urls }: Asked): RemoteBytes {
  const { 'content-disposition': disposition, 'content-type': contentType } = headers
  const name = nameOf({
    shown,
    urls,
    ...(disposition !== undefined && { disposition }),
    ...(contentType !== undefined && { contentType }),
  })
  const [, from, all] = /^bytes (\d+)-\d+\/(\d+|\*)$/i.exec(headers['content-range'] ?? '') ?? []
  const length = headers['content-length']
  const total = status === 206 ? all : length
  const wrapped = wrappingOf(headers['content-encoding'], shown, name)
  return {
    kind: 'bytes',
    body,
    name,
    from: status === 206 ? Number(from ?? 0) : 0,
    validators: validatorsOf(headers),
    ...(total !== undefined && /^\d+$/.test(total) && { total: Number(total) }),
    ...(wrapped && { wrapped }),
  }
}

function validatorsOf(headers: WebAnswer['headers']): Validators {
  const { etag, 'last-modified': modified } = headers
  return { ...(etag !== undefined && { etag }), ...(modified !== undefined && { modified }) }
}

/** Servers that know `.gz` from their files call gzip an encoding; then the file itself is meant. */
function wrappingOf(encoding: string | undefined, shown: string, file: string): RemoteBytes['wrapped'] {
  const name = (encoding ?? 'identity').trim().toLowerCase()
  if (name === '' || name === 'identity') return undefined
  if (/^(x-)?gzip$/.test(name)) return compressionIn(file) === 'gzip' ? undefined : 'gzip'
  if (name === 'deflate' || name === 'br') return name
  throw new Fault('source/not-data', `Cannot land "${shown}": its Content-Encoding is ${name}; expected gzip or none`, {
    remedy: 'Have the server send the file as it is.',
  })
}

function redirect(from: URL, state: string, expected: string): Fault {
  return new Fault('source/redirect', `Cannot fetch "${shownUrl(from)}": ${state}; expected ${expected}`, {
    remedy: 'Open the address in a browser, and write the one that it ends at.',
    stays: 'what was landed before stays as it is',
  })
}

function refused(shown: string, status: number, { search }: URL): Fault {
  const stays = 'what was landed before stays as it is'
  if ([401, 403, 407].includes(status)) {
    const old = search === '' ? '' : ' If its query is a signature, it may have run out.'
    const what = status === 407 ? 'the proxy asks who you are' : `it answers ${status}: not everybody may read it`
    return new Fault('source/denied', `Cannot fetch "${shown}": ${what}; expected a file that is open to read`, {
      remedy: `Use an address that needs no sign-in, s3:// with keys, or a program (run:) with a secret.${old}`,
      stays,
    })
  }
  if (status === 404 || status === 410) {
    const what = status === 410 ? 'it is gone for good (410)' : 'there is no such file (404)'
    return new Fault('source/not-found', `Cannot fetch "${shown}": ${what}; expected a file`, {
      remedy: 'Mend the address under data.source.',
      stays,
    })
  }
  return new Fault('source/refused', `Cannot fetch "${shown}": it answers ${status}; expected 200`, {
    remedy: 'Open the address in a browser: the server says why.',
    stays,
  })
}
