import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

import { escapeHtml, type Html, showHidden } from '../../base/html.ts'

/** Text that somebody wrote, as GitHub shows it. Of HTML only folding (`details`), line breaks and comments are taken; all else is shown as it was typed. */
export function renderMarkdown(text: string): Html {
  return { markup: micromark(showHidden(text), { extensions: [gfm()], htmlExtensions: [gfmHtml(), typedHtml] }) }
}

type HtmlExtension = ReturnType<typeof gfmHtml>
type Handle = NonNullable<NonNullable<HtmlExtension['exit']>['htmlFlow']>

/** Instead of dropping or passing on what is typed as HTML. */
const typedHtml: HtmlExtension = {
  enter: { htmlFlow: nothing, htmlText: nothing },
  exit: { htmlFlow: tell, htmlText: tell, htmlFlowData: nothing, htmlTextData: nothing },
}

function nothing(): undefined {}

function tell(this: ThisParameterType<Handle>, token: Parameters<Handle>[0]): undefined {
  if (token.type === 'htmlFlow') this.lineEndingIfNeeded()
  this.raw(safeTags(this.sliceSerialize(token)))
}

function safeTags(typed: string): string {
  return typed
    .split(/(<!--[\s\S]*?-->|<\/?(?:details|summary)>|<br ?\/?>)/i)
    .map((part) => {
      if (part.startsWith('<!--')) return ''
      return /^<\/?(?:details|summary|br ?\/?)>$/i.test(part) ? part.toLowerCase() : escapeHtml(part)
    })
    .join('')
}
