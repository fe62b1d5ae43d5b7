import { resolve } from 'node:path'

import type { Project } from '../project/project.ts'

/**
 * The contracts of a project's sources, absolute, by the name of the asset that holds each: `contract.yaml` is the first source's,
 * `contract.<source>.yaml` another's. A file that several sources share is one asset, called as the first of them has it.
 */
export function contractAssets({ folder, data }: Pick<Project, 'folder' | 'data'>): Readonly<Record<string, string>> {
  const assets = new Map<string, string>()
  for (const [place, { name, contract }] of data.sources.entries()) {
    const path = resolve(folder, contract)
    if ([...assets.values()].includes(path)) continue
    assets.set(place === 0 ? 'contract.yaml' : `contract.${name}.yaml`, path)
  }
  return Object.fromEntries(assets)
}
