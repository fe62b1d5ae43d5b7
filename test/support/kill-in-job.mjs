// Loaded before a step of the action (NODE_OPTIONS=--import): ends it, as a lost runner would, before its write number KILL_AT,
// where it does the job KILL_JOB; `publish` is the one that registers.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { INPUT_COMMAND, INPUT_JOB, KILL_JOB, KILL_AT } = process.env
const job = INPUT_COMMAND === 'register' ? 'publish' : INPUT_JOB
if (job !== undefined && job === KILL_JOB) {
  let left = Number(KILL_AT)
  for (const name of ['rename', 'copyFile', 'link', 'rm', 'chmod', 'rmdir']) {
    const write = fs.promises[name]
    fs.promises[name] = async (...words) => {
      left -= 1
      if (left === 0) process.kill(process.pid, 'SIGKILL')
      return await write(...words)
    }
  }
  syncBuiltinESMExports()
}
