import { type Fields, limited, optionalText } from './exchange.ts'
import { invalid } from './refusal.ts'

/** Of a body of an issue, a pull request or a comment, in characters. */
export const longestBody = 65_536
const longestTitle = 256

export function limitedBody(body: Fields, resource = 'Issue'): string | undefined {
  return limited(optionalText(body, 'body'), resource, longestBody)
}

export function requireTitle(title: string, resource: 'Issue' | 'PullRequest'): string {
  if (title.trim() === '') throw invalid(resource, 'title', 'missing_field')
  if (Array.from(title).length > longestTitle)
    throw invalid(resource, 'title', 'custom', `title is too long (maximum is ${longestTitle} characters)`)
  return title
}
