import type { Readable } from 'node:stream'

/** What the beginning of a push says: which refs shall point where. */
export interface Push {
  readonly commands: readonly PushCommand[]
  readonly hasSideBand: boolean
  /** The bytes read so far; git must get them first. */
  readonly head: Buffer
}

export interface PushCommand {
  readonly ref: string
  readonly before: string
  readonly after: string
}

const absent = '0'.repeat(40)
const largestHeadBytes = 16 << 20

/** Reads the commands, up to the first flush packet, and leaves the pack in the stream. */
export async function readPush(stream: Readable): Promise<Push> {
  let head: Buffer = Buffer.alloc(0)
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk as Buffer])
    const lines = packetLines(head)
    if (lines) return pushOf(lines, head)
    if (head.length > largestHeadBytes) break
  }
  return { commands: [], hasSideBand: false, head }
}

/** Undefined for a ref that is not there. */
export function shaOf(sha: string): string | undefined {
  return sha === absent ? undefined : sha
}

export function kindOf({ before, after }: PushCommand): 'create' | 'update' | 'delete' {
  if (after === absent) return 'delete'
  return before === absent ? 'create' : 'update'
}

/** The answer to a push of which nothing is taken: a reason for each ref, and what git prints as `remote:`. */
export function refusedPush(push: Push, reasons: ReadonlyMap<string, string>, said: string): Buffer {
  const report = [
    'unpack ok\n',
    ...push.commands.map(({ ref }) => `ng ${ref} ${reasons.get(ref) ?? 'pre-receive hook declined'}\n`),
  ]
  const lines = Buffer.concat([...report.map(packet), flush])
  if (!push.hasSideBand) return lines
  return Buffer.concat([packet(`\x02${said}`), packet(Buffer.concat([Buffer.from([1]), lines])), flush])
}

const flush = Buffer.from('0000')

function packet(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** Undefined until the flush packet has come; an empty list where it never will. */
function packetLines(bytes: Buffer): readonly string[] | undefined {
  const lines: string[] = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 4), 16)
    if (length === 0) return lines
    if (!(length > 4)) return []
    if (at + length > bytes.length) return undefined
    lines.push(bytes.toString('utf8', at + 4, at + length))
    at += length
  }
  return undefined
}

function pushOf(lines: readonly string[], head: Buffer): Push {
  const [first = ''] = lines
  const capabilities = first.slice(first.indexOf('\0') + 1).split(' ')
  const commands = lines.flatMap((line) => {
    const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? []
    return before === undefined || after === undefined || ref === undefined ? [] : [{ before, after, ref }]
  })
  return { commands, hasSideBand: capabilities.includes('side-band-64k'), head }
}
