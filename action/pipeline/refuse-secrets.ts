import { open, readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { Fault } from '../base/fault.ts'
import { textsToMask } from '../base/mask-secrets.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { subjectOf } from './collect-outputs.ts'

interface Wrote {
  readonly project: Project
  readonly stage: ProgramStage
  readonly name: string
  readonly subject?: string
}

/** A shorter text may stand in any file by chance, or for something else. */
const shortestSought = 8
const chunkBytes = 1 << 20

/**
 * Throws `stage/secret-in-output` where a file that a stage wrote, or its name, holds a secret that the stage was given: as it
 * is, or as base64, hexadecimal digits, addresses or JSON write it. What is packed or compressed shows nothing from outside.
 * Outputs are cached, handed on to other jobs and released; a secret in one is a secret no more.
 */
export async function refuseSecrets(
  wrote: Wrote,
  secrets: Readonly<Record<string, string>>,
  out: string,
  outputs: Readonly<Record<string, string>>,
): Promise<void> {
  const sought = Object.entries(secrets).map(([secret, value]) => ({ secret, needles: needlesOf(value) }))
  if (sought.every(({ needles }) => needles.length === 0)) return
  for (const [output, path] of Object.entries(outputs)) {
    for (const file of await filesAt(join(out, path))) {
      const name = relative(out, file).split(sep).join('/')
      const inName = sought.find(({ needles }) => holds(Buffer.from(name), needles))
      if (inName) throw refusal(wrote, output, 'the name of a file in it', inName.secret)
      const inBytes = await findInFile(file, sought)
      if (inBytes) throw refusal(wrote, output, name, inBytes)
    }
  }
}

function needlesOf(secret: string): readonly Buffer[] {
  const texts = textsToMask([secret]).filter((text) => text.length >= shortestSought)
  const whole = secret.trim()
  return [
    ...texts.map((text) => Buffer.from(text)),
    ...(whole.length >= shortestSought ? [Buffer.from(whole, 'utf16le')] : []),
  ]
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

type Sought = readonly { readonly secret: string; readonly needles: readonly Buffer[] }[]

/** The name of the first secret in a file; chunks overlap, so that one across their border is found. */
async function findInFile(path: string, sought: Sought): Promise<string | undefined> {
  const overlap = Math.max(...sought.flatMap(({ needles }) => needles.map(({ length }) => length)))
  const buffer = Buffer.allocUnsafe(overlap + chunkBytes)
  await using file = await open(path)
  let kept = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, kept, chunkBytes)
    if (bytesRead === 0) return undefined
    const seen = buffer.subarray(0, kept + bytesRead)
    const found = sought.find(({ needles }) => holds(seen, needles))
    if (found) return found.secret
    kept = Math.min(overlap, seen.length)
    seen.copy(buffer, 0, seen.length - kept)
  }
}

function holds(bytes: Buffer, needles: readonly Buffer[]): boolean {
  return needles.some((needle) => bytes.includes(needle))
}

function refusal(wrote: Wrote, output: string, place: string, secret: string): Fault {
  const { project, stage } = wrote
  return new Fault(
    'stage/secret-in-output',
    `Cannot keep "${output}" of ${subjectOf(wrote)}: ${place} holds its secret ${secret}; expected none, as outputs are kept, handed on and released`,
    {
      remedy: `Write nothing that comes from secrets: (${project.file}:${stage.line}); what everybody may know belongs under env:.`,
      stays: 'the output was not kept',
    },
  )
}
