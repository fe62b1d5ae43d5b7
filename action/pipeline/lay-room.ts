import { constants } from 'node:fs'
import { copyFile, cp, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { ProgramStage } from '../project/project.ts'
import { variableName } from './program-environment.ts'

/** Copies the files that a stage may read. Throws where one has other bytes than those that the stage's key is made of. */
export async function layReads(
  projectFolder: string,
  reads: Readonly<Record<string, string>>,
  to: string,
  subject: string,
): Promise<void> {
  for (const [path, sha256] of Object.entries(reads)) {
    const copy = join(to, path)
    await mkdir(dirname(copy), { recursive: true })
    await copyFile(join(projectFolder, path), copy, constants.COPYFILE_FICLONE).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw changedRead(subject, path)
      throw error
    })
    if ((await sha256OfFile(copy)) !== sha256) throw changedRead(subject, path)
  }
}

function changedRead(subject: string, path: string): Fault {
  return new Fault(
    'stage/changed-read',
    `Cannot run ${subject}: "${path}" changed since this run began; expected the bytes that the run's key is made of`,
    { remedy: 'Run again: stages that are finished, and that it does not touch, are kept.' },
  )
}

/**
 * Copies each input, so that a stage can spoil only its own; the variable names the one file, or the folder of several.
 * `inFolders`: needed stages of whose outputs only some are here, and which are a folder all the same.
 */
export async function layInputs(
  inputs: Readonly<Record<string, Readonly<Record<string, string>>>>,
  to: string,
  inFolders: ReadonlySet<string> = new Set(),
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [need, outputs] of Object.entries(inputs)) {
    const folder = join(to, need)
    await mkdir(folder, { recursive: true })
    const laid: string[] = []
    for (const [output, path] of Object.entries(outputs)) {
      const suffix = /\.[A-Za-z0-9]+$/.exec(path)?.[0] ?? ''
      const place = join(folder, `${output}${suffix}`)
      await cp(path, place, { recursive: true, mode: constants.COPYFILE_FICLONE })
      laid.push(place)
    }
    const [only] = laid
    variables[`PLUMBLINE_IN_${variableName(need)}`] = laid.length === 1 && only && !inFolders.has(need) ? only : folder
  }
  return variables
}

/** Where each output goes: its folder is there, and a variable names it. */
export async function nameOutputs(stage: ProgramStage, files: string): Promise<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [output, { path }] of Object.entries(stage.out)) {
    const place = join(files, path)
    await mkdir(path.endsWith('/') ? place : dirname(place), { recursive: true })
    variables[`PLUMBLINE_OUT_${variableName(output)}`] = place
  }
  return variables
}
