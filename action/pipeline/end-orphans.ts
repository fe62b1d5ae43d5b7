import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const rounds = 100
const roundMs = 10

/**
 * Kills what goes on of a run that was killed itself: every process, of this user, whose environment has the variable with
 * this value. Only Linux tells; elsewhere nothing is done.
 */
export async function endOrphans(variable: string, value: string): Promise<number> {
  const ended = new Set<number>()
  for (let round = 0; round < rounds; round++) {
    const found = await findProcesses(`${variable}=${value}`)
    if (found.length === 0) break
    for (const pid of found) {
      ended.add(pid)
      kill(pid)
    }
    await sleep(roundMs)
  }
  return ended.size
}

async function findProcesses(entry: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const marked = await Promise.all(
    pids.map(async (pid) => {
      // Of other users it cannot be read, of a dead one it is empty.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(entry)
    }),
  )
  return pids.filter((_, index) => marked[index])
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
