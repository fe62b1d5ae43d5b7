import { type Html, html } from '../../base/html.ts'
import type { FileChange } from '../diff-files.ts'

/** So many lines of one file are shown; the rest is counted. */
const mostLines = 2000

/** The files of a change, each folded open, lines with their numbers, their sign and a colour. */
export function diffView(files: readonly FileChange[]): Html {
  return html`${files.map(fileView)}`
}

function fileView(file: FileChange): Html {
  const name = file.previous === null ? file.path : `${file.previous} → ${file.path}`
  return html`<details class="box" open><summary><b>${name}</b> <span class="dim">${file.status}</span>
    <span class="added number">+${file.additions}</span> <span class="removed number">−${file.deletions}</span></summary>
    ${file.patch === null ? html`<p class="inside dim">No text to show: a binary file, moved only, or larger than is shown.</p>` : patchView(file.patch)}</details>`
}

function patchView(patch: string): Html {
  const lines = patch.split('\n')
  let [before, after] = [0, 0]
  const shown = lines.slice(0, mostLines).map((line) => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line)
    if (hunk) {
      before = Number(hunk[1])
      after = Number(hunk[2])
      return html`<tr class="hunk"><td class="at"></td><td class="at"></td><td>${line}</td></tr>`
    }
    const [kind, left, right] = line.startsWith('+')
      ? (['plus', undefined, after++] as const)
      : line.startsWith('-')
        ? (['minus', before++, undefined] as const)
        : line.startsWith('\\')
          ? (['hunk', undefined, undefined] as const)
          : (['same', before++, after++] as const)
    return html`<tr class="${kind}"><td class="at">${left}</td><td class="at">${right}</td><td>${line}</td></tr>`
  })
  const more =
    lines.length > mostLines ? html`<p class="inside dim">${lines.length - mostLines} more lines</p>` : undefined
  return html`<div class="scroll"><table class="diff"><tbody>${shown}</tbody></table></div>${more}`
}
