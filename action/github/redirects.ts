/** A repository that is found under another name by now. */
export interface Renaming {
  readonly apiUrl: string
  /** `acme/parcels` */
  readonly before: string
  readonly now: string
}

interface Redirect {
  readonly url: URL
  readonly method: string
  readonly status: number
  readonly location: string | undefined
}

/** Where an answer sends its reader, undefined where it is one. The method stays, as GitHub asks of its readers, but after a 303. */
export function nextAddress({
  url,
  method,
  status,
  location,
}: Redirect): { readonly url: URL; readonly method: string } | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || !URL.canParse(location, url.href))
    return undefined
  const next = new URL(location, url)
  // Over https nobody is sent to where others can read along.
  const isSafe = next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:')
  if (!isSafe) return undefined
  return { url: next, method: status === 303 ? 'GET' : method }
}

/** An address of the old name, by the new one. */
export function renamedAddress(url: string, { apiUrl, before, now }: Renaming): string {
  const prefix = `${apiUrl}/repos/${before}`
  const rest = url.slice(prefix.length)
  return url.startsWith(prefix) && /^(?:[/?]|$)/.test(rest) ? `${apiUrl}/repos/${now}${rest}` : url
}
