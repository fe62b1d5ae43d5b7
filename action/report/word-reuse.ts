import type { Hindrance } from '../pipeline/may-reuse.ts'

/** Why a candidate is not taken, to go after "trains again: ". */
export function wordHindrance(because: Hindrance): string {
  switch (because.kind) {
    case 'no pull request':
      return 'no pull request was merged as this commit'
    case 'other base':
      return 'its pull request was merged into another branch than the default one'
    case 'fork':
      return 'its pull request came from a fork'
    case 'no workflow':
      return 'no workflow here releases models'
    case 'other files': {
      if (because.count === 0) return 'its pull request changed no data.lock.yaml'
      const more = because.count === 1 ? '' : ` and ${because.count - 1} more`
      return `its pull request changed more than data.lock.yaml: ${because.path}${more}`
    }
    case 'no run':
      return 'no workflow run is of the merged head'
    case 'other workflow':
      return `the run of the merged head is of another workflow, ${because.found ?? ''}`
    case 'foreign run':
      return `the run of the merged head is of another repository${because.found ? `, ${because.found}` : ''}`
    case 'other event':
      return `the run of the merged head was started by ${because.found ?? 'another event'}, not for a pull request`
    case 'unfinished':
      return `run ${because.run} of the merged head has not ended`
    case 'failed':
      return `run ${because.run} of the merged head ended with ${because.conclusion ?? 'nothing'}, not with success`
    case 'no artifact':
      return `run ${because.run} has no artifact of ${because.name}, or it was deleted`
    case 'expired':
      return `the artifact of ${because.name} of run ${because.run} has expired`
    case 'no digest':
      return `GitHub tells no digest of the artifact of ${because.name} of run ${because.run}`
    case 'other bytes':
      return `the artifact of ${because.name} of run ${because.run} has other bytes than GitHub recorded`
    case 'other run key':
      return `what makes the model is not what run ${because.run} made it of (another run key)`
    case 'other policy':
      return `the gates or the contract are not those that run ${because.run} was judged by`
    case 'unusable':
      return `the candidate of run ${because.run} cannot be used: ${because.why}`
    case 'not seen':
      return because.why
  }
}
