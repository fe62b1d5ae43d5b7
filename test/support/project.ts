import type { DataPolicy, ModelPolicy, Project, SplitPolicy } from '../../action/project/project.ts'

interface Parts {
  readonly model?: Partial<ModelPolicy>
  readonly data?: Partial<DataPolicy>
  readonly split?: Partial<SplitPolicy>
}

/** A project as plumbline.yaml would read, of a regression on `y` in `data/*.csv`. */
export function projectOf(folder: string, parts: Parts = {}): Project {
  return {
    folder,
    file: 'plumbline.yaml',
    model: { name: 'test', task: 'regression', target: 'y', ignore: [], ...parts.model },
    params: {},
    data: { source: ['data/*.csv'], store: { kind: 'git' }, contract: 'contract.yaml', ...parts.data },
    split: { test: { kind: 'fraction', fraction: 0.2 }, gapMs: 0, refit: true, line: 1, ...parts.split },
    environment: { seed: 1 },
    features: { sql: 'features.sql' },
    stages: [],
    gates: [],
    privacy: { minCount: 20 },
  }
}
