import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where Plumbline keeps what it can make again and what several projects share: environments and engines.
 * `PLUMBLINE_CACHE`, else the runner's tool cache, else the system's place for caches.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { PLUMBLINE_CACHE, RUNNER_TOOL_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (PLUMBLINE_CACHE) return PLUMBLINE_CACHE
  return join(RUNNER_TOOL_CACHE || XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'plumbline')
}
