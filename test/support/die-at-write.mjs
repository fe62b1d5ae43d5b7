// Loaded with --import: the process kills itself before, or after, its nth change of a file below PLUMBLINE_DIE_BELOW.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { PLUMBLINE_DIE_AT = '0', PLUMBLINE_DIE_BELOW = '/', PLUMBLINE_DIE_WHEN = 'before' } = process.env
let left = Number(PLUMBLINE_DIE_AT)

function die() {
  process.kill(process.pid, 'SIGKILL')
  // The signal needs a moment; nothing may happen meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

for (const name of ['rename', 'rm', 'rmdir', 'mkdir', 'writeFile', 'copyFile', 'open', 'link']) {
  const real = fs.promises[name]
  fs.promises[name] = async (...args) => {
    const isRead = name === 'open' && (args[1] === undefined || args[1] === 'r')
    const isBelow = args.some((arg) => typeof arg === 'string' && arg.startsWith(PLUMBLINE_DIE_BELOW))
    const counts = isBelow && !isRead
    if (counts) left -= 1
    const isNow = counts && left === 0
    if (isNow && PLUMBLINE_DIE_WHEN === 'before') die()
    const result = await real.apply(fs.promises, args)
    if (isNow) die()
    return result
  }
}
syncBuiltinESMExports()
