import { Fault } from '../base/fault.ts'

/** Pure: why an installer failed, from what it said last, as whoever reads it can act on. */
export function explainInstall(file: string, said: string, cause?: unknown): Fault {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const named = /\b([A-Za-z0-9][A-Za-z0-9._-]*==[0-9][^\s`:,;)]*)/.exec(said)?.[1]
  const thing = named === undefined ? `the packages of ${file}` : `"${named}"`
  const lockAnew = `uv pip compile --generate-hashes requirements.in -o ${file}`

  if (/hash/i.test(said) && /mismatch|do not match/i.test(said)) {
    return new Fault('pipeline/wrong-hash', `Cannot install ${thing}: its bytes have another hash than ${file} says`, {
      remedy: `Find out why before anything else; if the package is right, lock it anew: ${lockAnew}`,
      cause,
    })
  }
  if (unreachable.test(said)) {
    const reason = lines.find((line) => unreachable.test(line)) ?? 'no answer'
    return new Fault('pipeline/index-unreachable', `Cannot install ${thing}: ${cut(reason)}`, {
      remedy:
        'Run again; where it stays so, look at the index and the proxy (UV_INDEX_URL or PIP_INDEX_URL, HTTPS_PROXY).',
      cause,
    })
  }
  if (/ensurepip is not available/.test(said)) {
    return new Fault('pipeline/environment', 'Cannot make an environment: this Python came without venv', {
      remedy: 'Install uv, or the package of your system that holds venv (Debian: python3-venv).',
      cause,
    })
  }
  if (/no usable wheels|no wheels? with a matching|only-binary|No matching distribution|unsatisfiable/i.test(said)) {
    return new Fault(
      'pipeline/environment',
      `Cannot install ${thing}: the index has no wheel of it for this Python and system`,
      {
        remedy: `Set environment.python-version to a Python that it has wheels for, or lock another version: ${lockAnew}`,
        cause,
      },
    )
  }
  const reason = lines.findLast((line) => /^(error|cause):?/i.test(line)) ?? lines.at(-1) ?? 'no reason given'
  return new Fault('pipeline/environment', `Cannot install the packages of ${file}: ${cut(reason)}`, {
    remedy: 'Try it by hand, with the same words, to see all that the installer says.',
    cause,
  })
}

const unreachable =
  /Failed to fetch|failed to establish a new connection|name resolution|dns error|tcp connect error|timed out|Max retries exceeded|50[234] (Server Error|Bad Gateway|Service Unavailable)/i

function cut(line: string): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
