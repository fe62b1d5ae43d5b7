import { z } from 'zod'

import { projectSchema } from '../../action/project/project-schema.ts'

/** `schema/plumbline.schema.json`: what editors check `plumbline.yaml` against. */
export function projectJsonSchema(): string {
  const schema = z.toJSONSchema(projectSchema, { io: 'input', unrepresentable: 'any' })
  return `${JSON.stringify({ title: 'plumbline.yaml', ...schema }, null, 2)}\n`
}
