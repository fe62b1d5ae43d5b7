const hidden = '***'

/** Replaces a connection string, and the password in it, wherever a message of the database's client quotes them. */
export function maskConnection(text: string, connection: string): string {
  const secrets = [connection, ...passwordsIn(connection)].filter((secret) => secret !== '')
  const byLength = [...new Set(secrets)].sort((a, b) => b.length - a.length)
  return byLength.reduce((masked, secret) => masked.replaceAll(secret, hidden), text)
}

/** As written, and as meant: `postgresql://user:p%40ss@host/db`, or `host=… password='p@ss'`. */
function passwordsIn(connection: string): string[] {
  const [, inUrl] = /^[a-z]+:\/\/[^/@]*?:(.*)@[^@]*$/i.exec(connection) ?? []
  const pairs = [...connection.matchAll(/password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)/gi)].map(([, value = '']) => value)
  const bare = pairs.map((value) => value.replace(/^'|'$/g, '').replace(/\\(.)/g, '$1'))
  const written = [...(inUrl === undefined ? [] : [inUrl]), ...pairs, ...bare]
  return written.flatMap((password) => [password, decoded(password)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
