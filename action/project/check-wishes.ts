import { basename, isAbsolute, relative } from 'node:path'

import { Fault } from '../base/fault.ts'
import { decimalMarks } from './contract.ts'
import type { Task } from './project.ts'
import { type JoinWish, readJoins } from './read-joins.ts'
import { parseTestSize } from './test-size.ts'
import { strptimeOf } from './time-format.ts'

interface Given {
  readonly data: readonly string[]
  readonly target: string
  readonly labels: readonly string[]
  readonly exclude: readonly string[]
  readonly id: string | undefined
  readonly time: string | undefined
  readonly group: string | undefined
  readonly test: string | undefined
  readonly name: string | undefined
  readonly keep: readonly string[]
  readonly task: Task | undefined
  readonly positive: string | undefined
  readonly format: readonly string[]
  readonly join: readonly string[]
  readonly on: readonly string[]
}

export interface CheckedWishes {
  readonly name: string
  readonly source: readonly string[]
  readonly labels: readonly string[]
  readonly target: string
  readonly exclude: readonly string[]
  readonly id?: string
  readonly time?: string
  readonly group?: string
  readonly test?: string
  readonly keep: readonly string[]
  readonly task?: Task
  readonly positive?: string
  /** By column: a pattern of dates, or the mark before decimals. */
  readonly formats: ReadonlyMap<string, string>
  readonly joins: readonly JoinWish[]
}

/** What the user asked for, as far as it can be judged without looking at the data. Throws `cli/bad-input`. */
export function checkWishes(given: Given, folder: string): CheckedWishes {
  const { target, exclude, id, time, group, test, name, keep, task, positive } = given
  if (given.data.length === 0) {
    throw new Fault('cli/missing-input', 'Cannot start without --data: expected a file, or a glob of files', {
      remedy: 'Add --data FILE, such as --data data/landing/*.csv',
    })
  }
  if (test !== undefined && !parseTestSize(test)) {
    throw refuse('--test', test, '30d, 1000 rows, 0.2 or from:VALUE', 'Say how large the test set is.')
  }
  if (name !== undefined && !isModelName(name)) {
    throw refuse(
      '--name',
      name,
      'small letters, digits and -, at most 40, starting with a letter',
      `Try --name ${slug(name)}`,
    )
  }
  for (const [flag, column] of Object.entries({ id, time, group, target })) {
    if (column === undefined) continue
    if (keep.includes(column)) {
      throw refuse('--keep', column, 'another column', `It is the ${flag}: drop one of the two.`)
    }
    if (exclude.includes(column)) {
      throw refuse('--exclude', column, 'another column', `It is the ${flag}: drop one of the two.`)
    }
    if (flag !== 'target' && column === target) {
      throw refuse(`--${flag}`, column, 'another column than the target', 'The target can play no other part.')
    }
  }
  const both = keep.find((column) => exclude.includes(column))
  if (both !== undefined)
    throw refuse('--keep', both, 'another column', 'It is given to --exclude: drop one of the two.')
  if (positive !== undefined && task !== undefined && task !== 'binary') {
    throw refuse('--positive', positive, '--task binary', 'Drop one of the two.')
  }
  return {
    name: name ?? slug(basename(folder)),
    source: given.data.map((glob) => relativeTo(folder, glob)),
    labels: given.labels.map((glob) => relativeTo(folder, glob)),
    target,
    exclude,
    ...(id !== undefined && { id }),
    ...(time !== undefined && { time }),
    ...(group !== undefined && { group }),
    ...(test !== undefined && { test }),
    keep,
    ...(task !== undefined && { task }),
    ...(positive !== undefined && { positive }),
    formats: readFormats(given.format),
    joins: readJoins(given.join, given.on, target).map((one) => ({ ...one, source: relativeTo(folder, one.source) })),
  }
}

function readFormats(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      // A name may hold a "=", a pattern does not.
      const at = text.lastIndexOf('=')
      const [column, format] = [text.slice(0, at), text.slice(at + 1)]
      const isPattern = decimalMarks.some((mark) => mark === format) || strptimeOf(format).ok
      if (at > 0 && format !== '' && isPattern) return [column, format] as const
      throw refuse('--format', text, 'COLUMN=PATTERN', 'Write --format day=dd/MM/yyyy, or --format price=,')
    }),
  )
}

function isModelName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,39}$/.test(name)
}

function slug(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return name === '' ? 'model' : name
}

/** An absolute path into the folder is as good as a relative one; any other is refused where the files are looked for. */
function relativeTo(folder: string, glob: string): string {
  const path = isAbsolute(glob) ? relative(folder, glob) : glob
  return path.replaceAll('\\', '/').replace(/^\.\//, '')
}

function refuse(flag: string, value: string, expected: string, remedy: string): Fault {
  return new Fault('cli/bad-input', `Cannot use ${flag} "${value}": expected ${expected}`, { remedy })
}
