import type { CommandSummary } from '../../action/commands/define-command.ts'

/** `action/commands/overview.generated.ts`: a line a command, so that `--help` need not load the commands. */
export function overviewModule(commands: readonly CommandSummary[]): string {
  return `// Made by npm run generate from the command table. Do not edit.
import type { CommandSummary } from './define-command.ts'

export const overview: readonly CommandSummary[] = [
${commands.map(row).join('\n')}
]
`
}

function row({ name, group, summary }: CommandSummary): string {
  return ['  {', `    name: ${quoted(name)},`, `    group: ${quoted(group)},`, field('summary', summary), '  },'].join(
    '\n',
  )
}

/** As the formatter breaks it. */
function field(name: string, text: string): string {
  const line = `    ${name}: ${quoted(text)},`
  return line.length <= 120 ? line : `    ${name}:\n      ${quoted(text)},`
}

function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`
}
