import type { CommandTable } from './define-command.ts'

/** Every command, loaded on its own, in the order of the loop. */
export const commandTable = {
  init: async () => (await import('./init.ts')).init,
  'data fetch': async () => (await import('./data-fetch.ts')).dataFetch,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  'data list': async () => (await import('./data-list.ts')).dataList,
  'data pull': async () => (await import('./data-pull.ts')).dataPull,
  'data gc': async () => (await import('./data-gc.ts')).dataGc,
  validate: async () => (await import('./validate.ts')).validate,
  'contract diff': async () => (await import('./contract-diff.ts')).contractDiff,
  plan: async () => (await import('./plan.ts')).plan,
  run: async () => (await import('./run.ts')).run,
  why: async () => (await import('./why.ts')).why,
  'runs list': async () => (await import('./runs-list.ts')).runsList,
  'runs show': async () => (await import('./runs-show.ts')).runsShow,
  'runs diff': async () => (await import('./runs-diff.ts')).runsDiff,
  cost: async () => (await import('./cost.ts')).cost,
  'cache list': async () => (await import('./cache-list.ts')).cacheList,
  'cache gc': async () => (await import('./cache-gc.ts')).cacheGc,
  register: async () => (await import('./register.ts')).register,
  decide: async () => (await import('./decide.ts')).decide,
  reproduce: async () => (await import('./reproduce.ts')).reproduce,
  lineage: async () => (await import('./lineage.ts')).lineage,
} as const satisfies CommandTable
