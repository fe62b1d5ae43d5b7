/**
 * What the page does beyond being read: find and sort columns, choose which verdicts are shown, show a histogram in numbers, and
 * switch between light and dark. It makes elements and sets texts, and never reads markup.
 */
export const pageScript = `'use strict'
const at = (id) => document.getElementById(id)
const list = document.querySelector('.columns')
const columns = [...list.children].map((item, place) => ({
  item, place, name: item.querySelector('bdi').textContent, kind: [...item.classList].pop(),
  e: Number(item.dataset.e), m: Number(item.dataset.m || 0)
}))
const tools = document.querySelector('.tools')
const boxes = [...tools.querySelectorAll('input[type=checkbox]')]
const orders = {
  '': (a, b) => a.place - b.place, e: (a, b) => b.e - a.e || a.place - b.place,
  m: (a, b) => b.m - a.m || a.place - b.place, n: (a, b) => a.name.localeCompare(b.name) || a.place - b.place
}
function show() {
  const part = at('find').value.trim().toLowerCase()
  const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value))
  let count = 0
  for (const { item, name, kind } of columns) {
    item.hidden = !kinds.has(kind) || !name.toLowerCase().includes(part)
    if (!item.hidden) count += 1
  }
  at('shown').textContent = count === columns.length ? 'all ' + count + ' columns' : count + ' of ' + columns.length + ' columns'
}
function sort() {
  list.append(...columns.toSorted(orders[at('sort').value]).map(({ item }) => item))
}
tools.hidden = false
tools.addEventListener('submit', (event) => event.preventDefault())
at('find').addEventListener('input', show)
at('sort').addEventListener('change', sort)
for (const box of boxes) box.addEventListener('change', show)
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select')) return
  event.preventDefault()
  at('find').focus()
})
show()

function element(name, text) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  return made
}
/** Edges and thousandths of a histogram as a table. */
function tableOf(data) {
  const [edges, before, now] = data.split('|').map((part) => part.split(' ').filter(Boolean))
  const head = element('tr')
  head.append(...['from', 'to', 'reference', 'current'].map((word) => Object.assign(element('th', word), { scope: 'col' })))
  const body = before.map((share, place) => {
    const row = element('tr')
    const percent = (thousandths) => (thousandths / 10).toFixed(1) + ' %'
    row.append(...[edges[place - 1] ?? '', edges[place] ?? '', percent(share), percent(now[place])].map((cell) => element('td', cell)))
    return row
  })
  const table = element('table')
  table.append(head, ...body)
  return table
}
list.addEventListener('toggle', (event) => {
  const details = event.target
  const picture = details.closest('li').querySelector('svg[data-b]')
  if (details.open && picture && !details.querySelector('table')) details.append(tableOf(picture.dataset.b))
}, true)

const root = document.documentElement
const theme = at('theme')
const dark = matchMedia('(prefers-color-scheme: dark)')
const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark'
function name() { theme.textContent = isDark() ? 'Light' : 'Dark' }
theme.hidden = false
theme.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; name() })
dark.addEventListener('change', name)
name()
`
