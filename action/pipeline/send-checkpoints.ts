import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  wordChangingCheckpoint,
  wordHeavyCheckpoint,
  wordOddFiles,
  wordSentCheckpoint,
} from '../report/word-checkpoints.ts'
import { type CheckpointListing, checkpointFolder, listCheckpoint } from './checkpoint-folder.ts'
import { type CheckpointManifest, manifestName } from './checkpoint-manifest.ts'
import { areEqual, type CheckpointCopy, copyCheckpoint } from './copy-checkpoint.ts'
import { inDraft } from './draft-folder.ts'
import { artifactName, type CheckpointExchange, listSent, tellFailure } from './exchange-checkpoints.ts'

/** Sends what a stage's folder holds, unless it was sent already; whether it did. Never throws. */
export type CheckpointSender = () => Promise<boolean>

/** For the attempts of one workflow run, which are made within days. */
const daysKept = 7
/** The newest, and one more for the case that it cannot be used. */
const newestKept = 2
const heaviestBytes = 5e9

/** One sending after the other, however often it is asked; what cannot be sent is said once, and the stage goes on. */
export function checkpointSender(exchange: CheckpointExchange): CheckpointSender {
  const { place, progress } = exchange
  const said = new Set<string>()
  const warn = (text: string) => {
    if (!said.has(text)) progress.warn(text)
    said.add(text)
  }
  const folder = checkpointFolder(place)
  let number: number | undefined
  let last: CheckpointListing | undefined
  let lastDigests = ''

  const send = async (): Promise<boolean> => {
    const seen = await listCheckpoint(folder)
    if (seen.files.length === 0 || (last && areEqual(seen, last))) return false
    const { stage } = place
    if (seen.odd.length > 0) warn(wordOddFiles(stage, seen.odd))
    if (seen.bytes > heaviestBytes) {
      warn(wordHeavyCheckpoint(stage, heaviestBytes))
      return false
    }
    return await inDraft(place.folder, 'checkpoint', async (draft) => {
      const copy = await copyCheckpoint(folder, join(draft, 'files'))
      if (!copy) {
        warn(wordChangingCheckpoint(stage))
        return false
      }
      const digests = digestsOf(copy)
      const isNew = copy.files.length > 0 && digests !== lastDigests
      if (isNew) {
        number = (number ?? (await lastNumber(exchange))) + 1
        await upload(exchange, number, draft, copy)
        progress.note(wordSentCheckpoint(stage, copy.files.length, copy.listing.bytes))
        lastDigests = digests
      }
      last = copy.listing
      return isNew
    })
  }
  let turn = Promise.resolve(false)
  return () => {
    turn = turn.then(send).catch((error: unknown) => {
      tellFailure(error, exchange, warn)
      return false
    })
    return turn
  }
}

function digestsOf({ files }: CheckpointCopy): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
}

/** Of this attempt, so that no name is used twice; 0 where nothing was sent yet. */
async function lastNumber(exchange: CheckpointExchange): Promise<number> {
  const [newest] = await listSent(exchange)
  return newest?.attempt === exchange.attempt ? newest.number : 0
}

async function upload(
  exchange: CheckpointExchange,
  number: number,
  draft: string,
  { files }: CheckpointCopy,
): Promise<void> {
  const { artifacts, place } = exchange
  const { stage, cacheKey } = place
  const manifest: CheckpointManifest = { schema: 'plumbline/checkpoint/v1', stage, cacheKey, files }
  await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
  await exchange.refuse(draft)
  const paths = [manifestName, ...files.map((_, index) => join('files', String(index + 1)))]
  const absolute = paths.map((path) => join(draft, path))
  await artifacts.upload(artifactName(exchange, number), draft, absolute, { days: daysKept, isDense: true })
  for (const { name } of (await listSent(exchange)).slice(newestKept)) await artifacts.remove(name)
}
