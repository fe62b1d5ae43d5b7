import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readProject } from '../../action/project/read-project.ts'
import { contractAssets } from '../../action/registry/contract-assets.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

async function assetsOf(source: string) {
  const folder = tempFolder({
    'plumbline.yaml': tinyYaml.replace('source: data/*.csv', `source: ${source}`),
    'features.sql': 'select * from data\n',
  })
  const project = await readProject(folder)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  const names = Object.entries(contractAssets(project.value))
  return names.map(([name, path]) => `${name} ${path.slice(resolve(project.value.folder).length + 1)}`)
}

describe('contractAssets()', () => {
  test('calls a single contract as ever, wherever it is', async () => {
    expect(await assetsOf('data/*.csv')).toEqual(['contract.yaml contract.yaml'])
    expect(await assetsOf('data/*.csv, contract: contracts/parcels.yaml')).toEqual([
      'contract.yaml contracts/parcels.yaml',
    ])
  })

  test('calls others by their source, so that no two names collide', async () => {
    const sources = `{ parcels: { from: data/*.csv }, carriers: { from: c/*.csv, contract: c/contract.yaml, on: region }, tariffs: { from: t/*.csv, contract: t/contract.yaml, on: region } }`
    expect(await assetsOf(sources)).toEqual([
      'contract.yaml contract.yaml',
      'contract.carriers.yaml c/contract.yaml',
      'contract.tariffs.yaml t/contract.yaml',
    ])
  })

  test('stores a file once that several sources share', async () => {
    const sources = `{ parcels: { from: data/*.csv }, carriers: { from: c/*.csv, contract: ./contract.yaml, on: region }, tariffs: { from: t/*.csv, contract: more.yaml, on: region }, zones: { from: z/*.csv, contract: more.yaml, on: region } }`
    expect(await assetsOf(sources)).toEqual(['contract.yaml contract.yaml', 'contract.tariffs.yaml more.yaml'])
  })
})
