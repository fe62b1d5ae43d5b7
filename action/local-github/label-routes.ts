import { byBytes } from '../base/byte-order.ts'
import { withIssue } from './discussion.ts'
import { type Answer, type Exchange, type Forge, optionalText, paginated, param, requiredText } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { labelResource, labelsOn } from './issue-resource.ts'
import { namesIn, requireIssue } from './named-issue.ts'
import { invalid, notFound, Refusal } from './refusal.ts'
import type { State } from './state.ts'
import type { StoredIssue } from './stored-issue.ts'
import type { StoredLabel } from './stored-label.ts'

const longestName = 50
const longestDescription = 100
/** What a label gets that nobody gave a colour. */
const plainColor = 'ededed'

export async function listLabels(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { labels } = (await forge.state.read()).discussion
  const byName = [...labels].sort((one, other) => byBytes(one.name.toLowerCase(), other.name.toLowerCase()))
  const { items, headers } = paginated(exchange, '/labels', byName)
  return { status: 200, json: items.map((label) => labelResource(forge, label)), headers }
}

export async function getLabel(exchange: Exchange): Promise<Answer> {
  const label = requireLabel(await exchange.forge.state.read(), exchange)
  return { status: 200, json: labelResource(exchange.forge, label) }
}

export async function createLabel({ forge, body }: Exchange): Promise<Answer> {
  const name = requiredText(body, 'name')
  const color = colorIn(optionalText(body, 'color') ?? plainColor)
  const description = describedBy(optionalText(body, 'description'))
  return forge.state.change((state) => {
    refuseName(state, name, undefined)
    const label = { id: newId(state), name, color, description, isDefault: false }
    return {
      state: withLabels(state, [...state.discussion.labels, label]),
      answer: { status: 201, json: labelResource(forge, label) },
    }
  })
}

export async function updateLabel(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  return forge.state.change((state) => {
    const known = requireLabel(state, exchange)
    const name = optionalText(body, 'new_name') ?? known.name
    refuseName(state, name, known.id)
    const color = colorIn(optionalText(body, 'color') ?? known.color)
    const description = 'description' in body ? describedBy(optionalText(body, 'description')) : known.description
    const label = { ...known, name, color, description }
    const labels = state.discussion.labels.map((other) => (other.id === known.id ? label : other))
    return { state: withLabels(state, labels), answer: { status: 200, json: labelResource(forge, label) } }
  })
}

/** It is taken off every issue, too. */
export async function deleteLabel(exchange: Exchange): Promise<Answer> {
  return exchange.forge.state.change((state) => {
    const { id } = requireLabel(state, exchange)
    const issues = state.discussion.issues.map((issue) => ({
      ...issue,
      labels: issue.labels.filter((label) => label !== id),
    }))
    const labels = state.discussion.labels.filter((label) => label.id !== id)
    return { state: { ...state, discussion: { ...state.discussion, issues, labels } }, answer: { status: 204 } }
  })
}

export async function listIssueLabels(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const state = await forge.state.read()
  const issue = requireIssue(state, exchange)
  const { items, headers } = paginated(exchange, `/issues/${issue.number}/labels`, labelsOn(state, issue))
  return { status: 200, json: items.map((label) => labelResource(forge, label)), headers }
}

/** Labels that nobody has made yet are made, as on GitHub. */
export async function addIssueLabels(exchange: Exchange): Promise<Answer> {
  return relabel(exchange, ({ labels }, ids) => [...labels, ...ids])
}

export async function setIssueLabels(exchange: Exchange): Promise<Answer> {
  return relabel(exchange, (_, ids) => ids)
}

export async function removeIssueLabels(exchange: Exchange): Promise<Answer> {
  await relabel(exchange, () => [])
  return { status: 204 }
}

export async function removeIssueLabel(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const name = param(exchange, 'name')
  return forge.state.change((state) => {
    const issue = requireIssue(state, exchange)
    const label = labelsOn(state, issue).find((known) => isSame(known.name, name))
    if (!label) throw new Refusal(404, 'Label does not exist')
    const labels = issue.labels.filter((id) => id !== label.id)
    return answered(forge, state, { ...issue, labels })
  })
}

/** The ids of labels by name; those that are not there yet come with the state that comes back. */
export function labelsNamed(
  before: State,
  names: readonly string[],
): { readonly state: State; readonly ids: readonly number[] } {
  let state = before
  const ids: number[] = []
  for (const name of names) {
    const known = state.discussion.labels.find((label) => isSame(label.name, name))
    const id = known?.id ?? newId(state)
    if (!known) {
      refuseName(state, name, undefined)
      const label = { id, name, color: plainColor, description: null, isDefault: false }
      state = withLabels(state, [...state.discussion.labels, label])
    }
    ids.push(id)
  }
  return { state, ids: [...new Set(ids)] }
}

async function relabel(
  exchange: Exchange,
  decide: (issue: StoredIssue, ids: readonly number[]) => readonly number[],
): Promise<Answer> {
  const { forge, body } = exchange
  return forge.state.change((before) => {
    const issue = requireIssue(before, exchange)
    const { state, ids } = labelsNamed(before, namesIn(body['labels']))
    return answered(forge, state, { ...issue, labels: [...new Set(decide(issue, ids))] })
  })
}

function answered(forge: Forge, state: State, changed: StoredIssue) {
  const issue = { ...changed, updatedAt: timestamp(new Date()) }
  const after = { ...state, discussion: withIssue(state.discussion, issue) }
  const json = labelsOn(after, issue).map((label) => labelResource(forge, label))
  return { state: after, answer: { status: 200 as const, json } }
}

function withLabels(state: State, labels: readonly StoredLabel[]): State {
  return { ...state, discussion: { ...state.discussion, labels } }
}

function newId({ discussion }: State): number {
  return Math.max(0, ...discussion.labels.map(({ id }) => id), ...discussion.issues.flatMap(({ labels }) => labels)) + 1
}

function requireLabel(state: State, exchange: Exchange): StoredLabel {
  const label = state.discussion.labels.find((known) => isSame(known.name, param(exchange, 'name')))
  if (!label) throw notFound()
  return label
}

/** Names differ in more than case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function refuseName(state: State, name: string, own: number | undefined): void {
  if (name.trim() === '') throw invalid('Label', 'name', 'missing_field')
  if (Array.from(name).length > longestName)
    throw invalid('Label', 'name', 'custom', `name is too long (maximum is ${longestName} characters)`)
  if (state.discussion.labels.some((label) => label.id !== own && isSame(label.name, name)))
    throw invalid('Label', 'name', 'already_exists')
}

function colorIn(color: string): string {
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid('Label', 'color', 'invalid')
  return color.toLowerCase()
}

function describedBy(description: string | undefined): string | null {
  if (description === undefined) return null
  if (Array.from(description).length > longestDescription)
    throw invalid(
      'Label',
      'description',
      'custom',
      `description is too long (maximum is ${longestDescription} characters)`,
    )
  return description
}
