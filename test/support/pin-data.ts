import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { takeSnapshot } from '../../action/data/take-snapshot.ts'
import { formatDataLock } from '../../action/project/data-lock.ts'
import { readContract } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'

/** Pins a project's data as `plumbline snapshot` does. */
export async function pinData(folder: string): Promise<void> {
  const project = await readProject(folder)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  const contract = await readContract(project.value)
  if (!contract.ok) throw new Error(JSON.stringify(contract.diagnostics))
  const snapshot = await takeSnapshot(project.value, contract.value, undefined)
  if (!snapshot.ok) throw new Error(JSON.stringify(snapshot.diagnostics))
  await writeFile(join(folder, 'data.lock.yaml'), formatDataLock(snapshot.value.lock))
}
