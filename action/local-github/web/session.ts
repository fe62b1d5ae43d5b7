import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who may see and press: whoever opened the address that was printed, in the browser in which they did. */
export interface WebSession {
  /** In the printed address, and then in a cookie. */
  readonly key: string
  /** In every form: a page elsewhere cannot read it. */
  readonly formToken: string
  /** Told what was done, in a line. */
  readonly tell: (line: string) => void
}

export function newSession(tell: (line: string) => void): WebSession {
  return { key: randomBytes(24).toString('hex'), formToken: randomBytes(24).toString('hex'), tell }
}

/** Browsers send a cookie to every port of a name, so that its name tells the port. */
export function cookieName(serverUrl: string): string {
  return `plumbline-${new URL(serverUrl).port}`
}

export function isMember(request: IncomingMessage, session: WebSession, serverUrl: string): boolean {
  const cookies = (request.headers.cookie ?? '').split(/;\s*/)
  const prefix = `${cookieName(serverUrl)}=`
  const given = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length)
  return given !== undefined && isSecret(given, session.key)
}

/**
 * Why a form is not taken; undefined where it is. Browsers name the page that a form stands on, so that one elsewhere, also
 * on another port of this machine, is told apart; and it does not know the token.
 */
export function foreignForm(
  request: IncomingMessage,
  form: URLSearchParams,
  session: WebSession,
  serverUrl: string,
): string | undefined {
  const { origin } = request.headers
  const isHere =
    origin === undefined ? request.headers['sec-fetch-site'] === 'same-origin' : origin === originOf(request)
  if (!isHere) return 'The form stands on a page of another site.'
  if (new URL(originOf(request)).port !== new URL(serverUrl).port) return 'The form was sent to another address.'
  return isSecret(form.get('token') ?? '', session.formToken) ? undefined : 'The form is not one of this server.'
}

export function isSecret(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Its name is one of this machine: `requireThisMachine` has seen to that. */
function originOf(request: IncomingMessage): string {
  return `http://${request.headers.host ?? ''}`
}
