// docs/benchmarks.md, section by section: a benchmark writes its own and leaves the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, platform, release } from 'node:os'
import { join } from 'node:path'

/** Puts `text` under the heading `## title`, with the version and the machine; adds the section at the end where it is new. */
export function replaceSection(root, title, text) {
  const file = join(root, 'docs/benchmarks.md')
  const whole = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n'
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [head, ...sections] = whole.trimEnd().split(/\n(?=## )/)
  const section = `## ${title}\n\nPlumbline ${version}, Node ${process.versions.node}; ${machine()}.\n\n${text}\n`
  const place = sections.findIndex((old) => old.startsWith(`## ${title}\n`))
  if (place === -1) sections.push(section)
  else sections[place] = section
  writeFileSync(file, `${[head.trimEnd(), ...sections.map((one) => one.trimEnd())].join('\n\n')}\n`)
}

export function machine() {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${processor}, ${availableParallelism()} cores, ${platform()} ${release().split('-')[0]} ${arch()}; load ${loadavg()[0]?.toFixed(1)}`
}
