import { type Command, commandGroups } from '../../action/commands/define-command.ts'
import { describeField } from '../../action/commands/help.ts'
import { doorFlags } from '../../action/commands/read-command-line.ts'
import { markdownCode, markdownTable, markdownText } from '../../action/report/markdown.ts'

/** `docs/reference/commands.md`: every command as the table declares it, in the order of the loop. */
export function commandsMarkdown(commands: readonly Command[]): string {
  return [
    '# Commands',
    '<!-- Made from the command table by `npm run generate`; edit action/commands/ instead. -->',
    'On a terminal `plumbline <command> --input value`; in a workflow `command: <command>` with the same inputs under `with:`, a list as one line each.',
    'Every command on a terminal also reads:',
    markdownTable(
      ['flag', 'meaning'],
      Object.entries(doorFlags).map(([name, words]) => [markdownCode(`--${name}`), markdownText(words)]),
    ),
    ...commandGroups.flatMap((group) => {
      const members = commands.filter((command) => command.group === group)
      return members.length === 0 ? [] : [`## ${group}`, ...members.flatMap(commandSections)]
    }),
  ]
    .join('\n\n')
    .concat('\n')
}

function commandSections(command: Command): readonly string[] {
  const inputs = Object.entries(command.inputs).map(([name, field]) => [
    markdownCode(name),
    markdownText(describeField(field)),
  ])
  const outputs = Object.entries(command.outputs).map(([name, meaning]) => [markdownCode(name), markdownText(meaning)])
  const permissions = Object.entries(command.permissions).map(([scope, level]) => `\`${scope}: ${level}\``)
  return [
    `### ${command.name}`,
    markdownText(command.summary),
    `\`\`\`sh\n${command.example}\n\`\`\``,
    ...(inputs.length === 0 ? [] : [markdownTable(['input', 'meaning'], inputs)]),
    ...(outputs.length === 0 ? [] : [markdownTable(['output', 'meaning'], outputs)]),
    `Needs ${permissions.length === 0 ? 'no permission' : permissions.join(', ')} of the token. Effects: ${command.effects.join(', ') || 'none'}.`,
  ]
}
