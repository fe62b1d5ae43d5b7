import { execFileSync } from 'node:child_process'

/** One entry of a zip file; its name is taken as it is, however hostile. */
export interface ZipEntry {
  readonly path: string
  /** Its bytes, or so many zeros. */
  readonly content: Uint8Array | number
  /** As `stat` has it: `0o120777` is a link. */
  readonly mode?: number
}

const program = `
import base64, json, sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, 'w', zipfile.ZIP_DEFLATED) as made:
    for path, content, mode in json.load(sys.stdin):
        entry = zipfile.ZipInfo(path, (2025, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = mode << 16
        made.writestr(entry, bytes(content) if isinstance(content, int) else base64.b64decode(content))
`

/** By Python's zipfile, which makes what is asked for. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const told = entries.map(({ path, content, mode = 0o100_644 }) => [
    path,
    typeof content === 'number' ? content : Buffer.from(content).toString('base64'),
    mode,
  ])
  return execFileSync('python3', ['-c', program], { input: JSON.stringify(told), maxBuffer: 1 << 28 })
}
