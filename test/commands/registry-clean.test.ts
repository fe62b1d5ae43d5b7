import { expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import { registryClean } from '../../action/commands/registry-clean.ts'
import { registryList } from '../../action/commands/registry-list.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { tinyYaml } from '../support/tiny-project.ts'

test('registry clean says first, and does only with --apply, what keep.releases leaves over', async () => {
  const yaml = (seed: number) => `${tinyYaml}environment: { seed: ${seed} }\nkeep: { releases: 1 }\n`
  const project = await runProject({ files: { 'plumbline.yaml': yaml(1) } })
  const context = contextOf(project.folder)
  await register.run({ param: [] }, context)
  project.write('plumbline.yaml', yaml(2))
  await pinData(project.folder)
  await commitAll(project, 'Another seed')
  await rerun(project)
  await register.run({ param: [] }, context)

  const inputs = { apply: false, 'older-than': undefined }
  const clean = async (change: Partial<Parameters<typeof registryClean.run>[0]> = {}) => {
    const outcome = await registryClean.run({ ...inputs, ...change }, context)
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    return await registryClean.report(outcome.result)
  }
  const states = async () => {
    const all = { model: undefined, limit: undefined, metric: undefined, cleaned: true }
    const outcome = await registryList.run(all, context)
    return outcome.kind === 'done' ? outcome.result.releases.map(({ state }) => state) : outcome
  }
  const planned = await clean()
  expect(planned.text).toMatch(/^WOULD CLEAN {2}1 release and 0 leftovers of parcels/)
  expect(planned.text).toMatch(/− +parcels-v1-.*older than the newest 1\n +=.*parcels-v2-.*of the newest 1/)
  expect(planned).toMatchObject({ outputs: { removed: '1' }, next: 'plumbline registry clean --apply' })
  expect(await states()).toEqual(['published', 'published'])

  expect((await clean({ apply: true })).text).toMatch(/^CLEANED {2}1 release/)
  expect(await states()).toEqual(['published', 'cleaned'])
  expect((await clean({ apply: true })).text).toMatch(/^NOTHING TO CLEAN/)
  await expect(clean({ 'older-than': 'soon' })).rejects.toMatchObject({ code: 'cli/bad-input' })
})
