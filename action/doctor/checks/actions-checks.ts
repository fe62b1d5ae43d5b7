import picomatch from 'picomatch'

import type { SelectedActions } from '../../github/settings/repository-settings.ts'
import type { WorkflowFile } from '../../project/workflow-file.ts'
import { type Check, ok, whereSeen, wrong } from '../check.ts'

/** Whether Actions run at all, and the actions that the workflows use. */
export const actionsChecks: readonly Check[] = [
  {
    id: 'actions/on',
    setting: 'Actions permissions',
    where: 'page:settings/actions',
    without: 'No workflow ever runs.',
    judge: ({ actions, repository }) => {
      if (repository.isArchived) return wrong('the repository is archived', 'Unarchive it: settings, "Danger Zone".')
      return whereSeen(actions, ({ isOn }) =>
        isOn ? ok('Actions are on') : wrong('Actions are off', 'Choose "Allow all actions" or a selection.'),
      )
    },
  },
  {
    id: 'actions/allowed',
    setting: 'Actions permissions: allowed actions',
    where: 'page:settings/actions',
    without: 'A workflow that uses another action fails before its first step.',
    judge: ({ actions, files, repository }) =>
      whereSeen(actions, ({ isOn, allowed, selected }) => {
        if (!isOn) return wrong('Actions are off', 'Switch Actions on first.')
        if (allowed === 'all') return ok('all actions are allowed')
        const [owner = ''] = new URL(repository.page).pathname.split('/').filter(Boolean)
        const foreign = usedActions(files).filter((name) => !name.startsWith(`${owner}/`))
        if (allowed === 'local_only') {
          if (foreign.length === 0) return ok('only actions of this owner are allowed, and used')
          return wrong(
            `only actions of this owner are allowed; the workflows use ${foreign.join(', ')}`,
            allow(foreign),
          )
        }
        if (selected === undefined) return { state: 'cannot see', found: 'which actions are selected' }
        return whereSeen(selected, (chosen) => {
          const refused = foreign.filter((name) => !isAllowed(name, chosen))
          if (refused.length === 0) return ok('all that the workflows use are allowed')
          return wrong(`not allowed: ${refused.join(', ')}`, allow(refused))
        })
      }),
  },
  {
    id: 'actions/pinned',
    setting: 'Require actions to be pinned to a full-length commit SHA',
    where: 'page:settings/actions',
    without: 'Where it is on, a workflow that names an action by a tag fails before its first step.',
    judge: ({ actions, files }) =>
      whereSeen(actions, ({ isPinned }) => {
        const loose = usedActions(files).filter((name) => !/@[0-9a-f]{40}$/.test(name))
        if (!isPinned) return ok('not required')
        if (loose.length === 0) return ok('required, and done')
        return wrong(
          `required; named by a tag: ${loose.join(', ')}`,
          'Name them by the whole commit, the tag as a comment.',
        )
      }),
  },
]

/** `owner/name@ref`, each once; those of the repository itself left out. */
function usedActions(files: readonly WorkflowFile[]): readonly string[] {
  const all = files.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? [])))
  return [...new Set(all)].filter((uses) => !uses.startsWith('./') && !uses.startsWith('docker://')).sort()
}

function isAllowed(name: string, { ofGitHub, patterns }: SelectedActions): boolean {
  if (ofGitHub && /^(?:actions|github)\//.test(name)) return true
  const [path = name] = name.split('@')
  // A later pattern with `!` takes back what an earlier one gave.
  return patterns.reduce((isIn, pattern) => {
    const isTakenBack = pattern.startsWith('!')
    const wanted = isTakenBack ? pattern.slice(1) : pattern
    const fits = picomatch.isMatch(wanted.includes('@') ? name : path, wanted, { dot: true })
    return fits ? !isTakenBack : isIn
  }, false)
}

function allow(names: readonly string[]): string {
  const patterns = names.map((name) => `${name.split('@')[0] ?? name}@*`)
  return `Allow ${[...new Set(patterns)].join(', ')}.`
}
