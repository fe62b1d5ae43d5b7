import { type FaultOwner, faults } from '../../action/base/fault.ts'
import { markdownCode, markdownTable } from '../../action/report/markdown.ts'

const whose: Record<FaultOwner, string> = {
  user: 'yours to mend | 1',
  remote: 'remote: trying again may help | 3',
  bug: 'a bug in Plumbline: please report it | 70',
}

/** `docs/reference/errors.md`: the ways in which a command can end, and every fault's code. */
export function errorsMarkdown(): string {
  const rows = Object.entries(faults)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, owner]) => [
      markdownCode(code),
      ...(code === 'interrupted' ? 'run it again: it goes on | 130' : whose[owner]).split(' | '),
    ])
  return `# Errors and exit codes

<!-- Made from the fault table by \`npm run generate\`; edit action/base/fault.ts instead. -->

A command ends in one of three ways, faults aside.

| ending | exit code | in a workflow |
| --- | --- | --- |
| done | 0 | the step passes; \`verdict\` is \`done\` |
| a verdict says no | 2 | the step fails, except where the command only advises; \`verdict\` is \`no\` |
| files or data are wrong: each is named with file, line and remedy | 1 | the step fails, with annotations; \`verdict\` is \`diagnosed\` |

A **fault** stops a command. Its message says what cannot be done, to what, its state and the state expected, then one thing to do; its code is one of these.

${markdownTable(['code', 'whose', 'exit code'], rows)}
`
}
