import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

interface Node {
  readonly type: string
  readonly value?: string
  readonly url?: string
  readonly depth?: number
  readonly children?: readonly Node[]
}

function treeOf(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

/**
 * What Markdown is once it is parsed as GitHub parses it, without what stands in its texts: the kinds of nodes, where links
 * lead, and each piece of HTML. Text next to text is one, and a code span is `code`, as Plumbline writes either.
 */
export function shapeOf(markdown: string): unknown {
  return shape(treeOf(markdown))
}

function shape(node: Node): unknown {
  if (node.type === 'text') return 'text'
  if (node.type === 'html') return `html ${(node.value?.match(/<[^>]*>/g) ?? []).join('')}`
  if (node.type === 'inlineCode') return 'code'
  const inner = (node.children ?? []).map(shape)
  const whole: unknown[] = []
  for (const part of inner) {
    // The dollar that starts no formula, as GitHub wants it.
    const isText = part === 'text' || part === 'html <span>' || part === 'html </span>'
    if (isText && whole.at(-1) === 'text') continue
    whole.push(isText ? 'text' : part)
  }
  // A name that is empty leaves no text.
  const coded = withCode(whole).filter((part) => part !== 'text')
  return [
    node.type,
    ...(node.depth === undefined ? [] : [node.depth]),
    ...(node.url === undefined ? [] : [node.url]),
    ...coded,
  ]
}

/** `<code>` around text is the code span of a text that has backquotes. */
function withCode(parts: readonly unknown[]): unknown[] {
  const found: unknown[] = []
  for (let at = 0; at < parts.length; at += 1) {
    if (parts[at] !== 'html <code>') found.push(parts[at])
    else {
      const end = parts.indexOf('html </code>', at)
      found.push(end === -1 || end > at + 2 ? 'html <code>' : 'code')
      at = end === -1 ? at : end
    }
  }
  return found
}

/** The pieces of text that a reader sees; GitHub looks for mentions and references in those that are no code. */
export function textsOf(markdown: string): { readonly isCode: boolean; readonly text: string }[] {
  let isInCode = false
  const read = (node: Node): { isCode: boolean; text: string }[] => {
    if (node.type === 'html') {
      if (node.value === '<code>' || node.value === '</code>') isInCode = node.value === '<code>'
      return []
    }
    if (node.type === 'inlineCode' || node.type === 'code') return [{ isCode: true, text: node.value ?? '' }]
    if (node.type === 'text') return [{ isCode: isInCode, text: node.value ?? '' }]
    return (node.children ?? []).flatMap(read)
  }
  return read(treeOf(markdown))
}
