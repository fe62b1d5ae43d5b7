import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Command } from '../../action/commands/define-command.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from './command-context.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })

/** Of what `plumbline <name> --json` prints. */
export function schemaOf(name: string) {
  return schemaFile(`${name.replace(' ', '-')}-result`)
}

/** `schema/<name>.schema.json`. */
export function schemaFile(name: string) {
  const file = new URL(`../../schema/${name}.schema.json`, import.meta.url)
  const schema = JSON.parse(readFileSync(file, 'utf8')) as object
  return ajv.compile(schema)
}

/** What `--json` prints of a command, with all that its schema has against it. */
export async function printed(
  command: Command,
  name: string,
  folder: string,
  inputs: object,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<{ json: Record<string, unknown>; errors: unknown[] }> {
  const context = { ...contextIn(folder), environment }
  const ending = await settle(() => runCommand(command, { ...inputs }, context), context.signal)
  const json = JSON.parse(jsonEnding(name, ending)) as Record<string, unknown>
  const isValid = schemaOf(name)
  return { json, errors: isValid(json) ? [] : [...(isValid.errors ?? [])] }
}
