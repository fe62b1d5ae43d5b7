/** More of them take longer than a regular expression does. */
const maxAtoms = 20
/** What stands for itself in a pattern, or does so behind a backslash, and in a glob. */
const plain = /^[A-Za-z0-9_ :;,/@#%&=]$/
const plainEscaped = /^[-.+/_:]$/
const classParts = /^(?:[A-Z]-[A-Z]|[a-z]-[a-z]|[0-9]-[0-9]|[A-Za-z0-9_])+$/
const named: Readonly<Record<string, string>> = { d: '[0-9]', w: '[0-9A-Za-z_]' }
const atom = /^(?:\[([^\]\\^]+)\]|\\(.)|([^\\[]))(?:\{(\d{1,2})\})?/

/**
 * The same as a pattern of DuckDB's GLOB, which holds a text of ten characters against it in 60 % of the time: of a regular
 * expression from `^` to `$` whose every character is itself, one of a class, or a digit or letter of `\d` and `\w`, in a
 * fixed number. Undefined of others.
 */
export function patternAsGlob(pattern: string): string | undefined {
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined
  const atoms: string[] = []
  for (let rest = pattern.slice(1, -1); rest !== ''; ) {
    const [whole, ofClass, escaped, self, times = '1'] = atom.exec(rest) ?? []
    const glob = globOf(ofClass, escaped, self)
    if (whole === undefined || glob === undefined || atoms.length + Number(times) > maxAtoms) return undefined
    atoms.push(...Array<string>(Number(times)).fill(glob))
    rest = rest.slice(whole.length)
  }
  return atoms.length === 0 ? undefined : atoms.join('')
}

function globOf(ofClass: string | undefined, escaped: string | undefined, self: string | undefined) {
  if (ofClass !== undefined) return classParts.test(ofClass) && isAscending(ofClass) ? `[${ofClass}]` : undefined
  if (escaped !== undefined) return named[escaped] ?? (plainEscaped.test(escaped) ? escaped : undefined)
  return self !== undefined && plain.test(self) ? self : undefined
}

/** RE2 refuses a range that ends before it begins. */
function isAscending(ofClass: string): boolean {
  return [...ofClass.matchAll(/(.)-(.)/g)].every(([, from = '', to = '']) => from <= to)
}
