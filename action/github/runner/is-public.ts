import { readFile } from 'node:fs/promises'

/** Whether everybody may read what is said here: in a workflow, where the event does not call the repository private. */
export async function isPublic(environment: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const { GITHUB_ACTIONS, GITHUB_EVENT_PATH } = environment
  if (GITHUB_ACTIONS !== 'true') return false
  try {
    const event: unknown = JSON.parse(await readFile(GITHUB_EVENT_PATH ?? '', 'utf8'))
    return !isOfPrivate(event)
  } catch {
    return true
  }
}

function isOfPrivate(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || !('repository' in event)) return false
  const { repository } = event
  return typeof repository === 'object' && repository !== null && 'private' in repository && repository.private === true
}
