import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { tempFolder } from './temp-folder.ts'

/** A `uv` that makes an environment of one file in a moment, keeps what it was told, and ends its caller where asked to. */
export interface FakeUv {
  readonly environment: Readonly<Record<string, string>>
  /** A line a call. */
  said(): readonly string[]
  /** Its caller is killed, as by a power cut, when uv comes to this point: once. */
  killCallerAt(point: FakeUvPoint): void
  /** The next installation prints this and fails. */
  failWith(text: string): void
}

export const fakeUvPoints = ['venv', 'in-venv', 'sync', 'in-sync', 'end'] as const
export type FakeUvPoint = (typeof fakeUvPoints)[number]

export function fakeUv(): FakeUv {
  const folder = tempFolder({ 'bin/uv': script, said: '' })
  chmodSync(join(folder, 'bin/uv'), 0o755)
  return {
    environment: { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`, UV_CACHE_DIR: folder },
    said: () => readFileSync(join(folder, 'said'), 'utf8').trim().split('\n'),
    killCallerAt: (point) => writeFileSync(join(folder, `die-at-${point}`), ''),
    failWith: (text) => writeFileSync(join(folder, 'fail'), text),
  }
}

// UV_CACHE_DIR is among what reaches an installer.
const script = `#!/bin/sh
point() {
  [ -f "$UV_CACHE_DIR/die-at-$1" ] || return 0
  rm "$UV_CACHE_DIR/die-at-$1"
  kill -9 $PPID
  exit 1
}
echo "$*" >> "$UV_CACHE_DIR/said"
for word in "$@"; do
  [ "$before" = --python ] && python=$word
  before=$word
done
case "$1" in
  --version) echo 'uv 0.0.0' ;;
  venv)
    point venv
    mkdir -p "$before/bin" "$before/lib"
    point in-venv
    ln -s "$python" "$before/bin/python"
    ;;
  pip)
    point sync
    if [ -f "$UV_CACHE_DIR/fail" ]; then
      cat "$UV_CACHE_DIR/fail" >&2
      exit 2
    fi
    echo 'half = 1' > "$python/lib/half.py"
    point in-sync
    echo 'whole = 1' > "$python/lib/whole.py"
    point end
    ;;
esac
`
