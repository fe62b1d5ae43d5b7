import type { BareRepository } from './git.ts'

/** One file of a difference between two trees. */
export interface FileChange {
  readonly path: string
  /** Where it was before a rename or a copy. */
  readonly previous: string | null
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  /** Of the file afterwards; of the one before where it was removed. */
  readonly blob: string
  readonly additions: number
  readonly deletions: number
  /** Its hunks, without the lines that name the file; null for a binary file, and where they are larger than GitHub shows. */
  readonly patch: string | null
}

const statuses: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  C: 'copied',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
}

/** GitHub's limits of one file's patch. */
const longestPatchBytes = 1_000_000
const longestPatchLines = 20_000

/** How to diff so that nothing of the repository's settings shows, and no program of theirs runs. */
const options = ['-r', '-M', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv', '--unified=3']

/** What changes from one commit (or tree) to another, by path. */
export async function diffFiles(git: BareRepository, from: string, to: string): Promise<readonly FileChange[]> {
  const [raw, counts, patches] = await Promise.all([
    git.read(['diff-tree', ...options, '--raw', '-z', from, to]),
    git.read(['diff-tree', ...options, '--numstat', '-z', from, to]),
    git.read(['diff-tree', ...options, '--patch', from, to]),
  ])
  const numbers = parseCounts(counts)
  const hunks = splitPatches(patches)
  return parseRaw(raw).map((entry, index) => {
    const { additions, deletions } = numbers[index] ?? { additions: 0, deletions: 0 }
    return { ...entry, additions, deletions, patch: hunks[index] ?? null }
  })
}

/** The difference as `git diff` writes it. */
export function diffText(git: BareRepository, from: string, to: string): Promise<string> {
  return git.read(['diff-tree', ...options, '--patch', from, to])
}

function parseRaw(text: string): readonly Pick<FileChange, 'path' | 'previous' | 'status' | 'blob'>[] {
  const parts = text.split('\0')
  const entries: Pick<FileChange, 'path' | 'previous' | 'status' | 'blob'>[] = []
  for (let index = 0; (parts[index] ?? '') !== ''; ) {
    const [, , before = '', after = '', letters = ''] = (parts[index] ?? '').split(' ')
    const status = statuses[letters.charAt(0)] ?? 'modified'
    const isMoved = status === 'renamed' || status === 'copied'
    const first = parts[index + 1] ?? ''
    const path = isMoved ? (parts[index + 2] ?? '') : first
    entries.push({ path, previous: isMoved ? first : null, status, blob: status === 'removed' ? before : after })
    index += isMoved ? 3 : 2
  }
  return entries
}

function parseCounts(text: string): readonly { readonly additions: number; readonly deletions: number }[] {
  // A moved file's two names follow as parts of their own.
  const lines = text.split('\0').filter((part) => /^(\d+|-)\t(\d+|-)\t/.test(part))
  return lines.map((line) => {
    const [additions, deletions] = line.split('\t')
    return { additions: Number(additions) || 0, deletions: Number(deletions) || 0 }
  })
}

/** Every file's hunks: content begins with a space, a plus or a minus, so that only headers can begin with `diff --git`. */
function splitPatches(text: string): readonly (string | null)[] {
  const sections = text.split(/^(?=diff --git )/m).filter((section) => section.startsWith('diff --git '))
  return sections.map((section) => {
    const start = section.search(/^@@ /m)
    if (start < 0) return null
    const patch = section.slice(start).replace(/\n$/, '')
    const isShown = patch.length <= longestPatchBytes && patch.split('\n').length <= longestPatchLines
    return isShown ? patch : null
  })
}
