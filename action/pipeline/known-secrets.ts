import { shortestMasked } from '../base/mask-secrets.ts'
import type { Project } from '../project/project.ts'

/** Values of all variables that the project calls secrets, of stages and of sources, as far as they are set here. */
export function knownSecrets(
  { stages, data }: Pick<Project, 'stages' | 'data'>,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const names = [...stages, ...data.sources].flatMap(({ secrets }) => secrets)
  const values = [...new Set(names)].map((name) => environment[name] ?? '')
  return values.filter((value) => value.trim().length >= shortestMasked)
}
