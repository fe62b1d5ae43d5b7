import type { TokenMode } from '../github/token-mode.ts'
import { plainText } from './terminal.ts'

const unseen = 'cannot see with this token'

/** `token: GITHUB_TOKEN, may write contents, pull requests; pull requests by Actions: cannot see with this token` */
export function wordTokenMode(mode: TokenMode): string {
  switch (mode.kind) {
    case 'embedded':
      return 'token: of the embedded GitHub, may everything'
    case 'app':
      return `token: of an App${wordLogin(mode.login)}; what it makes starts workflows`
    case 'person':
      return `token: of a person${wordLogin(mode.login)}; what it makes starts workflows`
    case 'unknown':
      return `token: whose it is: ${unseen}`
    case 'read-only':
      return `token: GITHUB_TOKEN, reads only: ${whyOnlyReads[mode.because]}`
    case 'job':
      return `token: GITHUB_TOKEN, ${wordPermissions(mode.permissions)}; pull requests by Actions: ${wordSetting(mode.mayActionsOpenPulls)}`
  }
}

const whyOnlyReads = {
  fork: 'the change comes from a fork',
  dependabot: 'Dependabot made the change',
  permissions: 'the job asks for no permission to write',
} as const

function wordLogin(login: string | undefined): string {
  return login === undefined ? '' : `, ${plainText(login)}`
}

function wordPermissions(permissions: Extract<TokenMode, { kind: 'job' }>['permissions']): string {
  if (permissions === undefined) return `what it may write: ${unseen}`
  const written = Object.entries(permissions).flatMap(([name, level]) =>
    level === 'write' ? [name.replaceAll('-', ' ')] : [],
  )
  return `may write ${written.sort().join(', ')}`
}

function wordSetting(isOn: boolean | undefined): string {
  if (isOn === undefined) return unseen
  return isOn ? 'on' : 'off'
}
