/** Adds colour to lines that read the same without it; `plain` adds none. */
export interface Paint {
  readonly report: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
}

const escape = (code: string) => (text: string) => `\u001b[${code}m${text}\u001b[0m`
const good = escape('32')
const bad = escape('31')
const faint = escape('2')

export const plain: Paint = { report: same, good: same, bad: same, faint: same }

export const colours: Paint = {
  report: (text) =>
    text
      .replace(/^(PASS|DONE)\b/, good)
      .replace(/^(FAIL|NO|REFUSED)\b/, bad)
      .replace(/(?<=^|\s)✓/gm, good)
      .replace(/(?<=^|\s)✗/gm, bad),
  good,
  bad,
  faint,
}

/**
 * Whether a stream wants colour: `FORCE_COLOR` decides first, then `NO_COLOR` (any text in it means none),
 * then whether it is a terminal that can.
 */
export function paintFor(
  environment: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean },
): Paint {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal } = environment
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : colours
  if (none !== undefined && none !== '') return plain
  return stream.isTTY === true && terminal !== 'dumb' ? colours : plain
}

function same(text: string): string {
  return text
}
