import type { DataPolicy, ModelPolicy, Project, SourcePolicy, SplitPolicy } from '../../action/project/project.ts'

export interface Parts {
  readonly model?: Partial<ModelPolicy>
  readonly data?: Partial<DataPolicy> & { readonly source?: readonly string[] }
  readonly split?: Partial<SplitPolicy>
}

/** A project as plumbline.yaml would read, of a regression on `y` in `data/*.csv`. */
export function projectOf(folder: string, parts: Parts = {}): Project {
  const { source = ['data/*.csv'], ...data } = parts.data ?? {}
  return {
    folder,
    file: 'plumbline.yaml',
    model: { name: 'test', task: 'regression', target: 'y', ignore: [], ...parts.model },
    params: {},
    data: { sources: [sourceOf(source)], store: { kind: 'git' }, contract: 'contract.yaml', ...data },
    split: { test: { kind: 'fraction', fraction: 0.2 }, gapMs: 0, refit: true, line: 1, ...parts.split },
    environment: { seed: 1, setup: [], lock: [] },
    features: { sql: 'features.sql' },
    stages: [],
    metrics: [],
    gates: [],
    drift: {
      windowMs: 604_800_000,
      latenessMs: 86_400_000,
      recentMs: 2_592_000_000,
      season: null,
      persist: { need: 2, of: 3 },
      effect: 0.1,
      fdr: 0.05,
      limits: {},
      weights: {},
    },
    retrain: {
      when: { kind: 'any', of: [] },
      limits: { coolDownMs: 0, refreshMs: 0, minNewShare: 0 },
    },
    hooks: [],
    smoke: { skip: [] },
    keep: { data: 12, releases: 20, cacheBytes: 20e9 },
    cost: { currency: 'USD', perMinute: {} },
    privacy: { isPublic: false, minCount: 20 },
  }
}

/** The one source of a project that names none, of files in its folder. */
export function sourceOf(globs: readonly string[]): SourcePolicy {
  return {
    name: 'features',
    places: globs.map((glob) => ({ kind: 'files', glob })),
    into: 'data/features',
    contract: 'contract.yaml',
    on: [],
    env: {},
    secrets: [],
    line: 1,
  }
}
