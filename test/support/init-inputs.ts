import type { init } from '../../action/commands/init.ts'

/** `plumbline init --data data/*.csv --target late`. */
export const initInputs: Parameters<(typeof init)['run']>[0] = {
  data: ['data/*.csv'],
  target: 'late',
  labels: [],
  exclude: [],
  keep: [],
  format: [],
  join: [],
  on: [],
  task: undefined,
  positive: undefined,
  id: undefined,
  time: undefined,
  group: undefined,
  test: undefined,
  name: undefined,
  yes: true,
  force: false,
  'dry-run': false,
}
