import type { Json } from '../base/canonical-json.ts'
import type { Access } from './access.ts'
import { type Answer, type Exchange, type Forge, flag, param, requiredText } from './exchange.ts'
import { notFound, Refusal } from './refusal.ts'
import { nodeId } from './resources.ts'
import { type RefChange, refuseRefChange } from './rules.ts'

interface Ref {
  readonly name: string
  readonly sha: string
  readonly type: string
}

const absent = '0'.repeat(40)

export async function getRef(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const ref = await findRef(forge, `refs/${param(exchange, 'ref')}`)
  if (ref) return { status: 200, json: refResource(forge, ref) }
  throw (await isEmpty(forge)) ? new Refusal(409, 'Git Repository is empty.') : notFound()
}

export async function listMatchingRefs(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const refs = await listRefs(forge, 'refs/')
  const wanted = `refs/${param(exchange, 'ref')}`
  const matching = refs.filter(({ name }) => name.startsWith(wanted))
  return { status: 200, json: matching.map((ref) => refResource(forge, ref)) }
}

export async function createRef({ forge, access, body }: Exchange): Promise<Answer> {
  const name = requiredText(body, 'ref')
  const sha = requiredText(body, 'sha')
  if (await isEmpty(forge)) throw new Refusal(409, 'Git Repository is empty.')
  if (!/^refs\/[^/]+\/.+/.test(name) || (await forge.git.run(['check-ref-format', name])).code !== 0) {
    throw new Refusal(422, `${name} is not a valid ref name.`)
  }
  await requireObject(forge, sha)
  if (await findRef(forge, name)) throw new Refusal(422, 'Reference already exists')
  await requireAllowed(forge, access, { ref: name, kind: 'create', sha })
  const { code } = await forge.git.run(['update-ref', name, sha, absent])
  if (code !== 0) throw new Refusal(422, 'Reference already exists')
  return { status: 201, json: refResource(forge, await requireRef(forge, name)) }
}

/** A compare-and-swap: without `force` only a descendant of what the ref points at now is taken. */
export async function updateRef(exchange: Exchange): Promise<Answer> {
  const { forge, access, body } = exchange
  const sha = requiredText(body, 'sha')
  const ref = await requireRef(forge, `refs/${param(exchange, 'ref')}`)
  await requireObject(forge, sha)
  const isForced = (await forge.git.run(['merge-base', '--is-ancestor', ref.sha, sha])).code !== 0
  if (isForced && flag(body, 'force') !== true) throw new Refusal(422, 'Update is not a fast forward')
  await requireAllowed(forge, access, { ref: ref.name, kind: 'update', sha, isForced })
  const { code } = await forge.git.run(['update-ref', ref.name, sha, ref.sha])
  if (code !== 0) throw new Refusal(422, 'Update is not a fast forward')
  return { status: 200, json: refResource(forge, await requireRef(forge, ref.name)) }
}

export async function deleteRef(exchange: Exchange): Promise<Answer> {
  const { forge, access } = exchange
  const ref = await requireRef(forge, `refs/${param(exchange, 'ref')}`)
  await requireAllowed(forge, access, { ref: ref.name, kind: 'delete' })
  await forge.git.read(['update-ref', '-d', ref.name, ref.sha])
  return { status: 204 }
}

/** Throws what the repository's rules have against a change; a pull request's refs are GitHub's own. */
export async function requireAllowed(forge: Forge, access: Access, change: RefChange): Promise<void> {
  if (change.ref.startsWith('refs/pull/')) throw new Refusal(422, 'deny updating a hidden ref')
  const refused = refuseRefChange(await forge.state.read(), access, change)
  if (refused) throw refused
}

export async function findRef(forge: Forge, name: string): Promise<Ref | undefined> {
  return (await listRefs(forge, name)).find((ref) => ref.name === name)
}

export async function listRefs(forge: Forge, prefix: string): Promise<readonly Ref[]> {
  const format = '--format=%(objectname) %(objecttype) %(refname)'
  const lines = (await forge.git.read(['for-each-ref', format, prefix])).split('\n').filter(Boolean)
  return lines.map((line) => {
    const [sha = '', type = '', ...name] = line.split(' ')
    return { sha, type, name: name.join(' ') }
  })
}

async function isEmpty(forge: Forge): Promise<boolean> {
  return (await forge.git.read(['for-each-ref', '--count=1'])) === ''
}

async function requireRef(forge: Forge, name: string): Promise<Ref> {
  const ref = await findRef(forge, name)
  if (!ref) throw new Refusal(422, 'Reference does not exist')
  return ref
}

async function requireObject(forge: Forge, sha: string): Promise<void> {
  const isKnown = /^[0-9a-f]{40}$/.test(sha) && (await forge.git.run(['cat-file', '-e', sha])).code === 0
  if (!isKnown) throw new Refusal(422, 'Object does not exist')
}

function refResource(forge: Forge, ref: Ref): Json {
  const kind = ref.type === 'tag' ? 'tags' : `${ref.type}s`
  return {
    ref: ref.name,
    node_id: nodeId('Ref', ref.name),
    url: `${forge.repositoryUrl}/git/${ref.name}`,
    object: { sha: ref.sha, type: ref.type, url: `${forge.repositoryUrl}/git/${kind}/${ref.sha}` },
  }
}
