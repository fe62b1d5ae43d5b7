// Loaded before a command (node --import): ends the process, as a power cut would, before its write number KILL_AT.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

let left = Number(process.env.KILL_AT)
for (const name of ['rename', 'copyFile', 'link', 'rm', 'chmod', 'rmdir']) {
  const write = fs.promises[name]
  fs.promises[name] = async (...words) => {
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    return await write(...words)
  }
}
syncBuiltinESMExports()
