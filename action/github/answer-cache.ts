import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256 } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'

/** An answer that GitHub may confirm by its ETag instead of sending it again. */
export interface KnownAnswer {
  readonly etag: string
  readonly body: string
  readonly contentType: string
  /** To the other pages of a list. */
  readonly link: string | null
}

export interface AnswerCache {
  readonly find: (key: string) => Promise<KnownAnswer | undefined>
  /** Keeps it for this process, and for later ones where there is a folder. Never throws. */
  readonly keep: (key: string, answer: KnownAnswer) => Promise<void>
}

export interface AnswerCacheLimits {
  readonly files: number
  readonly bytes: number
  /** A longer answer is not kept. */
  readonly answerBytes: number
}

const defaultLimits: AnswerCacheLimits = { files: 500, bytes: 16 << 20, answerBytes: 2 << 20 }

/**
 * What names an answer: whose kind of token, what was asked and in which form. The token itself is in no key: what another
 * token of its kind was shown is only used where GitHub confirms it for this one.
 */
export function answerKey(kind: string, url: string, accept: string): string {
  return sha256(`${kind}\n${url}\n${accept}`)
}

/** `person`, `installation`, `other`: all that the key tells of a token. */
export function tokenKind(token: string): string {
  if (/^(?:ghp_|gho_|ghu_|github_pat_|local_user_)/.test(token)) return 'person'
  return /^(?:ghs_|local_app_|local_job_)/.test(token) ? 'installation' : 'other'
}

/** Opens the cache. A file that is damaged, or no file of ours, is as none. */
export function openAnswerCache(folder: string | undefined, limits = defaultLimits): AnswerCache {
  const memory = new Map<string, KnownAnswer>()
  return {
    async find(key) {
      return memory.get(key) ?? (folder === undefined ? undefined : await readAnswer(folder, key))
    },
    async keep(key, answer) {
      if (Buffer.byteLength(answer.body) > limits.answerBytes) return
      memory.delete(key)
      memory.set(key, answer)
      for (const oldest of memory.keys()) {
        if (memory.size <= limits.files) break
        memory.delete(oldest)
      }
      if (folder === undefined) return
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeWhole(join(folder, `${key}.json`), worded(key, answer))
        await prune(folder, limits)
      } catch {
        // A full disk or a folder that may not be written costs calls, nothing else.
      }
    },
  }
}

async function readAnswer(folder: string, key: string): Promise<KnownAnswer | undefined> {
  const path = join(folder, `${key}.json`)
  try {
    const answer = parsed(key, await readFile(path, 'utf8'))
    const now = new Date()
    if (answer) await utimes(path, now, now)
    return answer
  } catch {
    return undefined
  }
}

function worded(key: string, answer: KnownAnswer): string {
  const text = JSON.stringify(answer)
  return `${sha256(`${key}\n${text}`)}\n${text}`
}

function parsed(key: string, file: string): KnownAnswer | undefined {
  const end = file.indexOf('\n')
  const text = file.slice(end + 1)
  return end > 0 && file.slice(0, end) === sha256(`${key}\n${text}`) ? (JSON.parse(text) as KnownAnswer) : undefined
}

/** Removes what was used longest ago. */
async function prune(folder: string, limits: AnswerCacheLimits): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const { size, mtimeMs } = await stat(path)
      return { path, size, mtimeMs }
    }),
  )
  let kept = 0
  let bytes = 0
  for (const { path, size } of files.sort((one, other) => other.mtimeMs - one.mtimeMs)) {
    kept += 1
    bytes += size
    if (kept > limits.files || bytes > limits.bytes) await rm(path, { force: true })
  }
}
