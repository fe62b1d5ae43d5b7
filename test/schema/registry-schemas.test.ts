import { join } from 'node:path'

import { expect, test } from 'vitest'

import type { Command } from '../../action/commands/define-command.ts'
import { lineage } from '../../action/commands/lineage.ts'
import { register } from '../../action/commands/register.ts'
import { registryAlias } from '../../action/commands/registry-alias.ts'
import { registryClean } from '../../action/commands/registry-clean.ts'
import { registryCompare } from '../../action/commands/registry-compare.ts'
import { registryDownload } from '../../action/commands/registry-download.ts'
import { registryList } from '../../action/commands/registry-list.ts'
import { registryShow } from '../../action/commands/registry-show.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { verify } from '../../action/commands/verify.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

/** What a command prints with `--json`, which its schema describes, and nothing more. */
async function described(
  command: Command,
  folder: string,
  inputs: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const context = contextOf(folder)
  const ending = await settle(() => runCommand(command, inputs, context), context.signal)
  const json = JSON.parse(jsonEnding(command.name, ending)) as Record<string, unknown>
  const isValid = schemaOf(command.name)
  expect(isValid(json) ? [] : isValid.errors, command.name).toEqual([])
  expect(isValid({ ...json, github: { calls: 3, cached: 1 } })).toBe(true)
  expect(isValid({ ...json, more: 1 })).toBe(false)
  return json
}

test('schema/ describes what the commands of the registry print', { timeout: 300_000 }, async () => {
  const project = await runProject()
  const { folder } = project
  const first = await described(register, folder, { param: [] })
  expect(first).toMatchObject({ outcome: 'done', result: { kind: 'registered', scan: { isData: true } } })
  project.write('plumbline.yaml', tinyYaml.replace('stages:', 'params: { depth: 3 }\nstages:'))
  await commitAll(project, 'Deeper')
  await rerun(project)
  const second = await described(register, folder, { param: [] })
  const { tag = '' } = second['result'] as { tag?: string }

  const alias = { version: 'parcels-v1', remove: false, expect: undefined }
  await described(registryAlias, folder, { alias: 'champion', ...alias })
  const into = join(tempFolder(), 'files')
  for (const [command, inputs] of [
    [registryList, { model: undefined, limit: undefined, metric: undefined, cleaned: false }],
    [registryShow, { version: 'champion' }],
    [registryCompare, { earlier: 'parcels-v1', later: 'parcels-v2', all: true }],
    [registryDownload, { version: tag, into, asset: [] }],
    [registryClean, { apply: false, 'older-than': undefined }],
    [registryAlias, { alias: 'champion', version: undefined, remove: true, expect: undefined }],
    [verify, { 'tag-or-folder': tag }],
    [verify, { 'tag-or-folder': into }],
    [lineage, { subject: tag }],
  ] as const satisfies readonly (readonly [Command, Readonly<Record<string, unknown>>])[]) {
    expect(await described(command, folder, inputs)).toMatchObject({ outcome: 'done' })
  }

  for (const [command, inputs] of [
    [registryShow, { version: 'parcels-v9' }],
    [registryAlias, { alias: '9', ...alias }],
    [verify, { 'tag-or-folder': 'parcels-v9' }],
    [lineage, { subject: 'parcels-v9' }],
  ] as const satisfies readonly (readonly [Command, Readonly<Record<string, unknown>>])[]) {
    expect(await described(command, folder, inputs)).toMatchObject({ outcome: 'fault' })
  }
  project.write('plumbline.yaml', tinyYaml.replace('min: 0.7', 'min: 0.999'))
  await commitAll(project, 'Too much')
  await rerun(project)
  expect(await described(register, folder, { param: [] })).toMatchObject({
    outcome: 'no',
    result: { kind: 'recorded' },
  })
  project.write('plumbline.yaml', 'version: 9\n')
  expect(await described(register, folder, { param: [] })).toMatchObject({ outcome: 'diagnosed' })
  expect(await described(registryClean, folder, { apply: false, 'older-than': undefined })).toMatchObject({
    outcome: 'diagnosed',
  })
})
