import type { RunRecord } from '../pipeline/run-record.ts'
import { formatCount } from './numbers.ts'
import { plainText } from './terminal.ts'

/** A kept environment is not what was built. */
export function wordSpoiltEnvironment(file: string): string {
  return `the kept environment is not as it was built (${plainText(file)} changed or is gone): it is built anew`
}

/** `Python 3.12.4 · 38 packages · uv, kept for the next time` */
export function wordBuiltEnvironment(version: string, packages: number, installer: string): string {
  return `Python ${version} · ${formatCount(packages)} ${packages === 1 ? 'package' : 'packages'} · ${installer}, kept for the next time`
}

/** `set up by 2 commands, kept for the next time` */
export function wordSetUp(commands: number): string {
  return `set up by ${formatCount(commands)} ${commands === 1 ? 'command' : 'commands'}, kept for the next time`
}

/** `python 3.12.4 · requirements 5e0c1a2b (38 packages) · linux x64` */
export function wordEnvironment({
  python,
  requirements,
  packages,
  setup,
  containers = {},
  system,
}: RunRecord['environment']): string {
  const images = Object.entries(containers).map(
    ([stage, image]) => `${stage} in ${image.slice(image.lastIndexOf('@') + 1).slice(0, 15)}`,
  )
  return [
    python === null ? 'no Python' : `python ${python}`,
    requirements === null
      ? 'no requirements'
      : `requirements ${requirements.slice(0, 8)} (${formatCount(packages)} ${packages === 1 ? 'package' : 'packages'})`,
    ...(setup === undefined ? [] : [`setup ${setup.slice(0, 8)}`]),
    ...images,
    system,
  ].join(' · ')
}
