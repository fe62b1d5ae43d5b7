import { Fault } from '../../base/fault.ts'
import { sha256OfFile } from '../../base/sha256.ts'
import type { SourcePolicy } from '../../project/project.ts'
import { checkArrived } from './check-arrived.ts'
import type { Arrival, Landing } from './landing.ts'
import type { Part } from './part-file.ts'

/** What a download is, once its bytes are checked; those that are no data are thrown away. */
export async function arrive(landing: Landing, part: Part, shown: string, id: string): Promise<Arrival> {
  const { name, path, bytes, validators } = part
  try {
    await checkArrived({ name, path, shown }, landing.signal)
    const sha256 = await sha256OfFile(path, landing.signal)
    refuseOther(landing.source, shown, sha256)
    return { kind: 'fetched', name, shown, path, bytes, sha256, id, validators }
  } catch (error) {
    // What is no data now must not be gone on with later.
    if (error instanceof Fault) await landing.forgetPart(id)
    throw error
  }
}

function refuseOther({ sha256: pinned, line }: SourcePolicy, shown: string, sha256: string): void {
  if (pinned === undefined || pinned === sha256) return
  const [short, expected] = [sha256.slice(0, 12), pinned.slice(0, 12)]
  throw new Fault(
    'source/wrong-sha256',
    `Cannot land "${shown}": the sha256 of its bytes is ${short}…; expected ${expected}… (plumbline.yaml:${line})`,
    {
      remedy: `Find out why it changed; if it is right, write sha256: ${sha256}`,
      stays: 'what was landed before stays as it is',
    },
  )
}
