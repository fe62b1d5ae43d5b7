/** The proxy through which a host is reached, as the caller has it set; undefined where the way is direct. */
export function proxyFor(
  { protocol, hostname, port }: URL,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined
  const proxy = named(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? named('ALL_PROXY')
  if (proxy === undefined) return undefined
  const ownPort = port || (protocol === 'https:' ? '443' : '80')
  const exceptions = (named('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '')
  return exceptions.some((entry) => isException(entry.toLowerCase(), hostname.toLowerCase(), ownPort))
    ? undefined
    : proxy
}

/** `*`, `example.com` and all below it, `.example.com`, `*.example.com`, `10.0.0.1`, each also with `:PORT`. */
function isException(entry: string, hostname: string, ownPort: string): boolean {
  if (entry === '*') return true
  const [, name = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? []
  if (port !== undefined && port !== ownPort) return false
  const domain = name.replace(/^\*?\./, '')
  return hostname === domain || hostname.endsWith(`.${domain}`)
}
