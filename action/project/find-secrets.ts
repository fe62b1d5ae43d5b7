/** Something in a text that looks like a secret. */
export interface SecretLike {
  /** In words, with its article: `a GitHub token`. */
  readonly what: string
  /** The text itself, which no message may show. */
  readonly value: string
  /** Where it begins. */
  readonly offset: number
}

interface Shape {
  readonly what: string
  /** Global; what is to be hidden is its last group, or all of it. Every repetition is bounded, as texts may be hostile. */
  readonly pattern: RegExp
  readonly isRight?: (value: string) => boolean
}

/** More of one file help nobody. */
const mostFound = 50

/** What issuers made to be recognised, the most telling first. */
const shapes: readonly Shape[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g },
  { what: 'a GitHub token', pattern: /\b(?:gh[oprsu]_[A-Za-z0-9]{30,255}|github_pat_\w{30,255})/g },
  { what: 'a GitLab token', pattern: /\bglpat-[\w-]{20,100}/g },
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}|\bxapp-[A-Za-z0-9-]{20,250}/g },
  { what: 'a Slack webhook', pattern: /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{20,250}/g },
  { what: 'a Discord webhook', pattern: /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{5,30}\/[\w-]{20,200}/g },
  { what: 'a Teams webhook', pattern: /\bwebhook\.office\.com\/webhookb2\/[\w@/-]{20,300}/g },
  { what: 'a Google key', pattern: /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,60}/g },
  { what: 'a Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}/g },
  { what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}/g },
  { what: 'a PyPI token', pattern: /\bpypi-[\w-]{50,300}/g },
  { what: 'a Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,60}/g },
  { what: 'an API key', pattern: /\bsk-(?:[a-z]{2,10}-){0,2}[\w-]{32,250}/g, isRight: isMixed },
  { what: 'a Databricks token', pattern: /\bdapi[0-9a-f]{32}/g },
  { what: 'a SendGrid key', pattern: /\bSG\.[\w-]{22}\.[\w-]{43}/g },
  { what: 'an Azure account key', pattern: /\bAccountKey=[A-Za-z0-9+/]{80,100}={0,2}/g },
  { what: 'a signed address', pattern: /[?&](?:sig|X-Amz-Signature)=([A-Za-z0-9%+/_-]{32,250})/g },
  { what: 'a signed token (JWT)', pattern: /\beyJ[\w-]{10,4000}\.eyJ[\w-]{5,4000}\.[\w-]{10,2000}/g },
  {
    what: 'an address with a password',
    pattern: /:\/\/[^\s/:@"'<>]{0,200}:([^\s/@"'<>]{3,200})@/g,
    isRight: isLiteral,
  },
]

/** `password: …`, `--api-key=…`, `AWS_SECRET_ACCESS_KEY: …`: the name says what the value is. */
const named: readonly Shape[] = [
  {
    what: 'a password',
    pattern: /(?:password|passwd|passphrase|pwd)["']?\s{0,4}[:=]\s{0,4}["']?([^\s"',{}[\]]{8,500})/gi,
    isRight: (value) => isLiteral(value) && /[A-Za-z]/.test(value) && /[\d!#$%&*+?@^~]/.test(value) && !isPath(value),
  },
  {
    what: 'a key or token',
    pattern:
      /(?:api[_-]?key|apikey|access[_-]?key|secret[_-]?key|account[_-]?key|private[_-]?key|secret|token|credentials?)["']?\s{0,4}[:=]\s{0,4}["']?([^\s"',{}[\]]{12,1000})/gi,
    isRight: (value) => isLiteral(value) && isMixed(value) && !isPath(value),
  },
]

/**
 * What looks like a secret in a text, in its order, one finding a place. Digests, UUIDs, names of files and variables that
 * are filled in elsewhere are none, unless a name beside them says so.
 */
export function findSecrets(text: string): readonly SecretLike[] {
  const found: SecretLike[] = []
  for (const { what, pattern, isRight } of [...shapes, ...named]) {
    for (const match of text.matchAll(pattern)) {
      if (found.length === mostFound) return inOrder(found)
      const value = match.at(-1) ?? match[0]
      const offset = match.index + match[0].lastIndexOf(value)
      if (isPlaceholder(value) || isRight?.(value) === false) continue
      const isKnown = found.some((one) => offset < one.offset + one.value.length && one.offset < offset + value.length)
      if (!isKnown) found.push({ what, value, offset })
    }
  }
  return inOrder(found)
}

function inOrder(found: SecretLike[]): readonly SecretLike[] {
  return found.sort((one, other) => one.offset - other.offset)
}

/** Filled in by a shell, or by who reads the example. */
function isLiteral(value: string): boolean {
  return !/^[$%<*]|\$\{|\$\(|^(?:os\.|process\.|env\.|secrets?\.|params\.)/.test(value)
}

function isPlaceholder(value: string): boolean {
  return /example|placeholder|change-?me|your[-_]|redacted|dummy|x{4,}|\.{3}|…|0{8,}|123456789/i.test(value)
}

function isPath(value: string): boolean {
  return /^[.~]{0,2}\/|\/.*\/|\.[a-z]{2,8}$/i.test(value)
}

/** Letters and digits in turns, as chance makes them and as words and versions do not. */
function isMixed(value: string): boolean {
  const kinds = value
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .replaceAll(/[a-z]/g, 'a')
    .replaceAll(/[A-Z]/g, 'A')
    .replaceAll(/\d/g, '0')
  const turns = kinds.match(/(.)\1*/g)?.length ?? 0
  return /\d/.test(value) && /[A-Za-z]/.test(value) && turns >= Math.max(5, kinds.length / 6)
}
