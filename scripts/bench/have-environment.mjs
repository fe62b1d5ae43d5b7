// Bundled by measure-environment.mjs: has the environment of a requirements file, as a stage does, and says how long that took.
import { readFileSync } from 'node:fs'

import { silent } from '../../action/base/progress.ts'
import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { pythonEnvironment } from '../../action/pipeline/python-environment.ts'

const [file] = process.argv.slice(2)
const requirements = readFileSync(file, 'utf8')
const { signal } = new AbortController()
const [started, cpu] = [performance.now(), process.cpuUsage()]
const interpreter = await findInterpreter(process.env, undefined)
const interpreterMs = performance.now() - started
const { binFolder } = await pythonEnvironment({
  requirements,
  file,
  interpreter,
  caller: process.env,
  progress: silent,
  signal,
})
const wholeMs = performance.now() - started
const { user, system } = process.cpuUsage(cpu)
const result = { interpreter: interpreter.path, interpreterMs, wholeMs, cpuMs: (user + system) / 1000, binFolder }
console.log(JSON.stringify(result))
