import { type Check, cannotSee, ok, wrong } from '../check.ts'

/** Where the data is, and whether a job gets to it. */
export const storeChecks: readonly Check[] = [
  {
    id: 'store/reachable',
    setting: 'data.store of plumbline.yaml, seen from this machine',
    where: 'plumbline.yaml',
    without: 'A run stops before it trains: the pinned data cannot be had.',
    judge: ({ project }) => {
      if (!project) return cannotSee('there is no plumbline.yaml in this folder that can be read')
      const { kind, probe } = project.store
      switch (probe.kind) {
        case 'no lock':
          return cannotSee('nothing is pinned yet: there is no data.lock.yaml')
        case 'answered':
          return probe.held === probe.pinned
            ? ok(`${kind}: has ${probe.pinned === 1 ? 'the one pinned file' : `all ${probe.pinned} pinned files`}`)
            : wrong(
                `${kind}: has ${probe.held} of ${probe.pinned} pinned files`,
                'Where the files are: plumbline snapshot, with the same store.',
              )
        case 'failed':
          return wrong(`${kind}: ${probe.message}`, probe.remedy)
        case 'timed out':
          return wrong(
            `${kind}: no answer within ${probe.afterMs / 1000} s`,
            'Look at the network between this machine and the store.',
          )
      }
    },
  },
  {
    id: 'store/checkout',
    setting: 'fetch-depth of actions/checkout',
    where: '.github/workflows',
    without:
      'With the store git, a shallow checkout has no older snapshots; lineage cannot name the last commit of the code.',
    judge: ({ project, files }) => {
      if (project && project.store.kind !== 'git')
        return ok(`store ${project.store.kind}: no history is needed for data`)
      const shallow = files.flatMap(({ path, jobs }) =>
        jobs
          .filter(({ steps }) => steps.some(({ command, inputs }) => needsHistory(command, inputs['job'])))
          .filter(({ steps }) =>
            steps.some(
              ({ uses, inputs }) => uses?.startsWith('actions/checkout@') === true && inputs['fetch-depth'] !== '0',
            ),
          )
          .map(({ id }) => `${path} ${id}`),
      )
      if (shallow.length > 0) return wrong(`shallow: ${shallow.join(', ')}`, 'with: fetch-depth: 0')
      if (project?.store.isShallow === true) return wrong('this working copy is shallow', 'git fetch --unshallow')
      return ok('whole where history is needed')
    },
  },
]

function needsHistory(command: string | undefined, job: string | undefined): boolean {
  if (command === 'run') return job === undefined || job === 'prepare'
  return (
    command !== undefined && ['register', 'snapshot', 'decide', 'propose', 'data pull', 'reproduce'].includes(command)
  )
}
