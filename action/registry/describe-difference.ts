/** How a text of JSON differs from another, in words: `actor "ada", was "eve"; body.tag …`. At most three fields are named. */
export function describeDifference(before: string, after: string): string {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  if (was === undefined || is === undefined) return 'its bytes'
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name)).sort()
  if (names.length === 0) return 'its spelling'
  const told = names.slice(0, most).map((name) => `${name} ${shown(is.get(name))}, was ${shown(was.get(name))}`)
  return [...told, ...(names.length > most ? [`${names.length - most} more`] : [])].join('; ')
}

const most = 3

/** Path → value, written as JSON; undefined where the text is none. */
function fieldsOf(text: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>()
  const add = (path: string, value: unknown): void => {
    const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (!isBranch) fields.set(path, JSON.stringify(value))
    else for (const [key, held] of Object.entries(value)) add(path === '' ? key : `${path}.${key}`, held)
  }
  try {
    add('', JSON.parse(text))
    return fields
  } catch {
    return undefined
  }
}

function shown(value: string | undefined): string {
  if (value === undefined) return 'absent'
  return value.length > 60 ? `${value.slice(0, 59)}…` : value
}
