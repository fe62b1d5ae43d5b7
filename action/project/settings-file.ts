import { access } from 'node:fs/promises'
import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { readTextFile } from './read-text-file.ts'
import { readYaml } from './read-yaml.ts'
import { z } from './zod.ts'

/** Beside the workflows, for it is about the repository, not about a model. */
export const settingsFile = '.github/plumbline-settings.yaml'

const label = z.strictObject({
  color: z.string().regex(/^[0-9A-Fa-f]{6}$/, 'six hexadecimal digits are expected, in quotes'),
  description: z.string().max(100).default(''),
})

const environment = z.strictObject({
  reviewers: z.array(z.string().min(1)).max(6).optional().describe('Logins of whom one must approve.'),
  'wait-minutes': z.number().int().min(0).max(43_200).optional().describe('How long a job waits before it starts.'),
})

/** What `setup` makes of a repository; a key that is left out is not touched. */
export const settingsSchema = z.strictObject({
  version: z.literal(1),
  labels: z.record(z.string().min(1).max(50), label).default({}),
  environments: z.record(z.string().min(1).max(255), environment).default({}),
  protect: z
    .strictObject({
      branches: z.boolean().default(true).describe('The ledger and deploy branches only ever grow.'),
      tags: z.boolean().default(true).describe('Tags of released models stay where they are.'),
    })
    .default({ branches: true, tags: true }),
  actions: z
    .strictObject({
      'pull-requests': z.boolean().optional().describe('Allow GitHub Actions to create and approve pull requests.'),
      'default-permissions': z.enum(['read', 'write']).optional().describe('Of jobs that declare none.'),
    })
    .default({}),
})

export type SettingsDocument = z.infer<typeof settingsSchema>

/** The file's settings; without one, the rules that keep Plumbline's branches and tags. */
export async function readSettingsFile(repositoryFolder: string): Promise<Read<SettingsDocument>> {
  const path = join(repositoryFolder, settingsFile)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return { ok: true, value: settingsSchema.parse({ version: 1 }) }
  const text = await readTextFile(path, settingsFile, 'Leave it out to get the built-in rules.')
  if (!text.ok) return text
  const read = readYaml(settingsFile, text.value, settingsSchema)
  return read.ok ? { ok: true, value: read.value } : read
}
