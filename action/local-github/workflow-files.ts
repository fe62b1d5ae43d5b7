import type { Forge } from './exchange.ts'
import { workflowIdOf } from './resources.ts'
import { parseWorkflow, type Workflow } from './workflow-triggers.ts'

export interface WorkflowFile {
  readonly id: number
  /** `.github/workflows/plumbline.yml` */
  readonly path: string
  /** Its `name:`, else its path. */
  readonly name: string
  /** Undefined where the file is broken. */
  readonly workflow: Workflow | undefined
}

/** The workflows that a commit holds, by path. */
export async function readWorkflows(forge: Forge, commit: string): Promise<readonly WorkflowFile[]> {
  const listed = await forge.git.run(['ls-tree', '-z', '--name-only', commit, '.github/workflows/'])
  const paths = listed.stdout
    .toString()
    .split('\0')
    .filter((path) => /\.ya?ml$/.test(path))
  const files: WorkflowFile[] = []
  for (const path of paths) {
    const workflow = parseWorkflow(await forge.git.read(['cat-file', 'blob', `${commit}:${path}`]))
    files.push({ id: workflowIdOf(path), path, name: workflow?.name ?? path, workflow })
  }
  return files
}
