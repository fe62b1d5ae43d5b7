import { setTimeout as sleep } from 'node:timers/promises'

import { canonicalJson } from '../../base/canonical-json.ts'
import { Fault } from '../../base/fault.ts'
import { isRecord } from '../../base/is-record.ts'
import type { GitHubClient } from '../../github/client.ts'
import { commitFiles, readBranch, readTextFile } from '../../github/git-data.ts'
import type { NoteKind, StoreNotes } from '../garbage/store-notes.ts'

export const notesBranch = 'plumbline/data'
const notesFile = 'notes.json'
const mostAttempts = 30

/** `<kind>/<id>` → text. */
type Notes = Readonly<Record<string, string>>

/** Notes as one file of an orphan branch, changed by compare-and-swap. */
export function branchNotes(client: GitHubClient, now: () => Date): StoreNotes {
  return {
    async read(kind, id) {
      return (await readNotes(client)).notes[`${kind}/${id}`]
    },

    async list(kind) {
      const { notes } = await readNotes(client)
      const own = Object.entries(notes).filter(([name]) => name.startsWith(`${kind}/`))
      return new Map(own.map(([name, text]) => [name.slice(kind.length + 1), text]))
    },

    async write(kind, id, text) {
      await changeNotes(`claim ${id}`, (notes) => ({ ...notes, [`${kind}/${id}`]: text }))
    },

    async remove(kind: NoteKind, ids) {
      const gone = new Set(ids.map((id) => `${kind}/${id}`))
      await changeNotes(`let go of ${ids.join(', ')}`, (notes) =>
        Object.fromEntries(Object.entries(notes).filter(([name]) => !gone.has(name))),
      )
    },
  }

  /** Reads again and changes again where somebody else was faster; writes nothing where nothing changes. */
  async function changeNotes(message: string, change: (notes: Notes) => Notes): Promise<void> {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const { head, notes } = await readNotes(client)
      const text = `${canonicalJson(change(notes))}\n`
      if (text === `${canonicalJson(notes)}\n`) return
      const committed = await commitFiles(client, {
        branch: notesBranch,
        parent: head,
        message: `Data store: ${message}`,
        files: { [notesFile]: text },
        author: { name: 'Plumbline', email: 'plumbline@users.noreply.github.com', date: now().toISOString() },
      })
      if (committed.kind === 'done') return
      await sleep(Math.random() * Math.min(20 * attempt, 400))
    }
    throw new Fault(
      'store/not-settled',
      `Cannot write to "${notesBranch}": the branch moved or refused ${mostAttempts} times; expected a free moment`,
      { remedy: 'Look whether a ruleset protects the branch, then run it again.' },
    )
  }
}

async function readNotes(client: GitHubClient): Promise<{ readonly head: string | undefined; readonly notes: Notes }> {
  const head = await readBranch(client, notesBranch)
  const text = head === undefined ? undefined : await readTextFile(client, head, notesFile)
  return { head, notes: text === undefined ? {} : notesIn(text) }
}

function notesIn(text: string): Notes {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value) && Object.values(value).every((note) => typeof note === 'string')) return value as Notes
  } catch {
    // Said below.
  }
  throw new Fault(
    'store/unreadable-note',
    `Cannot read "${notesFile}" of the branch "${notesBranch}"; expected the notes of those who push and clear data`,
    { remedy: 'Delete that branch if nobody pushes data now.', stays: 'nothing was removed' },
  )
}
