/** The whole look, light and dark; no font, picture or script from anywhere. */
export const style = `
:root { color-scheme: light dark; --text: #1c2128; --dim: #59636e; --page: #fff; --soft: #f5f6f8; --line: #d5dae0; --link: #0757b8;
  --go: #17692f; --go-soft: #dcf5e3; --no: #b3261e; --no-soft: #fde7e6; --done: #6b3fc4; --done-soft: #efe8fc; --wait: #8a5a00; --wait-soft: #fdf3d8; --press: #17692f; --press-text: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ed; --dim: #9aa5b1; --page: #11151a; --soft: #191f26; --line: #333c47; --link: #7ab7ff;
  --go: #6fd08c; --go-soft: #14301d; --no: #ff9c94; --no-soft: #3a1a19; --done: #bfa5ff; --done-soft: #291f45; --wait: #ecc062; --wait-soft: #33270c; --press: #2d8a49; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, sans-serif }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px }
.skip { position: absolute; left: -999px }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .3rem .6rem }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: .8rem 0 0 }
header p { margin: 0 auto .4rem; max-width: 64rem; padding: 0 1.2rem; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap }
header p b { font-size: 1.1rem }
nav { max-width: 64rem; margin: 0 auto; padding: 0 .45rem; display: flex; gap: .3rem; flex-wrap: wrap }
nav a { padding: .4rem .75rem; color: var(--text); border-bottom: 3px solid transparent }
nav a[aria-current] { border-color: var(--link); font-weight: 600 }
main { max-width: 64rem; margin: 0 auto; padding: 1.2rem }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .2rem 0 .5rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .6rem }
.dim { color: var(--dim) }
.number { font-variant-numeric: tabular-nums; white-space: nowrap }
code, pre, .hash { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace }
code { background: var(--soft); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere }
.box { border: 1px solid var(--line); border-radius: 8px; margin: .8rem 0; overflow: hidden }
.box > header, .box > summary { background: var(--soft); border: 0; border-bottom: 1px solid var(--line); padding: .5rem .9rem; overflow-wrap: anywhere }
.box > summary { cursor: pointer }
details.box:not([open]) > summary { border-bottom: 0 }
.box > .inside { padding: .7rem .9rem }
.inside > :first-child { margin-top: 0 } .inside > :last-child { margin-bottom: 0 }
ul.rows { list-style: none; margin: .8rem 0; padding: 0; border: 1px solid var(--line); border-radius: 8px }
ul.rows > li { padding: .6rem .9rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
ul.rows > li:last-child { border: 0 }
ul.rows .title { font-weight: 600 }
.state { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .6rem; font-size: .85rem; font-weight: 600; white-space: nowrap }
.go { color: var(--go); background: var(--go-soft) } .no { color: var(--no); background: var(--no-soft) }
.done { color: var(--done); background: var(--done-soft) } .wait { color: var(--wait); background: var(--wait-soft) }
.idle { color: var(--dim) }
.label { border: 1px solid var(--line); border-radius: 999px; padding: 0 .5rem; font-size: .8rem; margin-left: .3rem }
.notice { border: 1px solid currentColor; border-radius: 8px; padding: .6rem .9rem; margin: .8rem 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse }
.written table, table.plain { margin: .6rem 0 } 
.written th, .written td, table.plain th, table.plain td { border: 1px solid var(--line); padding: .3rem .7rem; text-align: left; vertical-align: top }
.written th, table.plain th { background: var(--soft) }
.written { overflow-x: auto; overflow-wrap: anywhere }
.written > :first-child { margin-top: 0 } .written > :last-child { margin-bottom: 0 }
.written blockquote { border-left: 4px solid var(--line); margin-left: 0; padding-left: 1rem; color: var(--dim) }
.written pre { background: var(--soft); padding: .7rem; border-radius: 6px; overflow-x: auto }
.written pre code { background: none; padding: 0 }
table.diff { width: 100%; font: 12.5px/1.5 ui-monospace, Menlo, Consolas, monospace }
table.diff td { padding: 0 .6rem; white-space: pre; vertical-align: top }
table.diff td.at { color: var(--dim); text-align: right; user-select: none; width: 1%; border-right: 1px solid var(--line) }
table.diff tr.plus td { background: var(--go-soft) } table.diff tr.minus td { background: var(--no-soft) }
table.diff tr.hunk td { background: var(--soft); color: var(--dim) }
.added { color: var(--go) } .removed { color: var(--no) }
form { display: inline } form.written { display: block; margin: 1rem 0 }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
button { font: inherit; padding: .4rem .9rem; border-radius: 6px; border: 1px solid var(--line); background: var(--soft); color: var(--text); cursor: pointer }
button:hover { border-color: var(--dim) }
button.press { background: var(--press); border-color: var(--press); color: var(--press-text); font-weight: 600 }
button.no { background: transparent; border-color: currentColor }
label { display: block; font-weight: 600; margin-bottom: .3rem }
textarea { width: 100%; min-height: 6rem; font: inherit; padding: .5rem; border-radius: 6px; border: 1px solid var(--line); background: var(--page); color: var(--text) }
`
