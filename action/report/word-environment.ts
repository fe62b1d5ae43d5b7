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
