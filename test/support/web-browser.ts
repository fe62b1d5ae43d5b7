import type { LocalGitHub } from '../../action/local-github/start-local-github.ts'

/** A browser that was let in: it keeps its cookie, and sends what browsers send with a form. */
export async function browser(github: LocalGitHub) {
  const entered = await fetch(github.webUrl ?? '', { redirect: 'manual' })
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const home = `${github.serverUrl}/${github.owner}/${github.repository}`
  const open = async (path: string) => {
    const response = await fetch(home + path, { headers: { cookie } })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(home + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: github.serverUrl, ...headers },
      body: new URLSearchParams(fields),
    })
    return { status: response.status, location: response.headers.get('location'), text: await response.text() }
  }
  /** Presses a button: sends the form on a page that it stands in, with all its fields, and what was typed. */
  const press = async (path: string, words: string, typed: Record<string, string> = {}) => {
    const { text } = await open(path)
    const form = text.match(/<form[\s\S]*?<\/form>/g)?.find((found) => found.includes(`>${words}</button>`))
    if (form === undefined) throw new Error(`${path} has no button "${words}"`)
    const action = (/action="([^"]*)"/.exec(form)?.[1] ?? '').slice(home.length)
    const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
    return post(action, { ...Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value])), ...typed })
  }
  return { entered, cookie, open, post, press }
}
