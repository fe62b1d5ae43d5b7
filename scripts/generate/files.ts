import { commandTable } from '../../action/commands/command-table.ts'
import { actionYml } from './action-yml.ts'
import { commandsMarkdown } from './commands-md.ts'
import { errorsMarkdown } from './errors-md.ts'
import { overviewModule } from './overview.ts'
import { projectJsonSchema } from './project-json-schema.ts'

/** Every generated file: path from the root → text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const commands = await Promise.all(Object.values(commandTable).map(async (load) => await load()))
  return new Map([
    ['action/commands/overview.generated.ts', overviewModule(commands)],
    ['action.yml', actionYml(commands.filter(({ isTerminalOnly }) => isTerminalOnly !== true))],
    ['docs/reference/commands.md', commandsMarkdown(commands)],
    ['docs/reference/errors.md', errorsMarkdown()],
    ['schema/plumbline.schema.json', projectJsonSchema()],
  ])
}
