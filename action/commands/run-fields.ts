import { flag, integer, list, text } from './fields.ts'

/** Inputs that say what a run is of, alike for `run`, `plan` and `why`. */
export const runFields = {
  data: text({
    description: 'Another snapshot than the pinned one: its name, a release’s tag, or at least 8 digits of its digest',
    example: 'before-outage',
  }),
  param: list({
    description: 'A parameter of plumbline.yaml with another value, as NAME=VALUE',
    example: 'max-depth=8',
  }),
  sample: integer({
    description: 'Use at most so many rows, of each class its share; what comes out cannot be released',
    example: '1000',
    minimum: 10,
  }),
  from: text({ description: 'Do this stage again, and all that follows from it', example: 'train' }),
  to: text({ description: 'Stop after this stage', example: 'predict' }),
  force: flag({
    description: 'Do it all the same: over files and results that are there, past triggers and limits of retraining',
  }),
}

interface Given {
  readonly data: string | undefined
  readonly param: readonly string[]
  readonly sample: number | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly force: boolean
}

/** What the pipeline is asked for. */
export function runWishes({ data, param, sample, from, to, force }: Given) {
  return {
    force,
    params: param,
    ...(data !== undefined && { data }),
    ...(sample !== undefined && { sampleRows: sample }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}
