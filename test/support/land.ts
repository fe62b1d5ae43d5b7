import { type LandedSource, landSource } from '../../action/data/sources/land-source.ts'
import type { Patience } from '../../action/data/sources/retry-delay.ts'
import type { SourcePolicy } from '../../action/project/project.ts'
import type { SourcePlace } from '../../action/project/source-place.ts'
import { loopbackWeb } from './data-server.ts'
import { projectOf, sourceOf } from './project.ts'

/** As patient as Plumbline, in a hurry. */
export const hurried: Patience = {
  tries: 3,
  firstDelayMs: 5,
  longestDelayMs: 20,
  longestAskedMs: 2000,
  idleMs: 300,
  slowestBytesPerSecond: 1000,
}

export interface LandWishes {
  readonly source?: Partial<SourcePolicy>
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly patience?: Patience
}

/** Lands places into `data/orders` of a folder, as the source `orders`. */
export async function land(
  folder: string,
  places: readonly SourcePlace[],
  wishes: LandWishes = {},
): Promise<LandedSource> {
  const { environment = {}, signal = new AbortController().signal, patience = hurried } = wishes
  const source: SourcePolicy = { ...sourceOf([]), name: 'orders', into: 'data/orders', places, ...wishes.source }
  return await landSource(source, {
    project: projectOf(folder),
    environment,
    signal,
    patience,
    web: loopbackWeb(patience.idleMs),
    tell: () => {},
    runProgram: async () => {
      throw new Error('no program runs here')
    },
  })
}

/** What a landing says of each file, in a line: `new data/orders/a.csv 12`. */
export function changesOf({ files, gone }: LandedSource): string[] {
  return [
    ...files.map(({ change, path, bytes }) => `${change} ${path} ${bytes}`),
    ...gone.map(({ path, bytes }) => `gone ${path} ${bytes}`),
  ]
}
