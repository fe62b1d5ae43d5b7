/** The whole look, light and dark, on paper and on a narrow screen; no font, picture or style from anywhere. */
export const pageStyle = `
:root { color-scheme: light dark; --text: light-dark(#1c2128, #e4e8ed); --dim: light-dark(#59636e, #9aa5b1); --page: light-dark(#fff, #11151a);
--soft: light-dark(#f5f6f8, #191f26); --line: light-dark(#d5dae0, #333c47); --link: light-dark(#0757b8, #7ab7ff); --before: light-dark(#98a1ab, #66717e);
--now: light-dark(#0757b8, #7ab7ff); --no: light-dark(#b3261e, #ff9c94); --wait: light-dark(#8a5a00, #ecc062); --go: light-dark(#17692f, #6fd08c) }
:root[data-theme=light] { color-scheme: light }
:root[data-theme=dark] { color-scheme: dark }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -999px }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); color: var(--link); padding: .3rem .6rem; z-index: 2 }
header { background: var(--soft); border-bottom: 1px solid var(--line) }
header p { margin: 0 auto; max-width: 66rem; padding: .5rem 1.2rem; display: flex; gap: .5rem; align-items: center; min-height: 3rem }
header button { margin-left: auto }
main { max-width: 66rem; margin: 0 auto; padding: 1rem 1.2rem 3rem }
h1 { font-size: 1.6rem; line-height: 1.3; margin: .4rem 0 .2rem }
.reason { font-size: 1.05rem; margin: 0 0 1rem; overflow-wrap: anywhere; unicode-bidi: plaintext }
dl { margin: 0; color: var(--dim) }
dl div { display: flex; gap: .8rem }
dt { flex: 0 0 6.5rem } dd { margin: 0; color: var(--text); overflow-wrap: anywhere }
.notes { padding: 0 0 0 1.1rem; margin: 1rem 0; overflow-wrap: anywhere }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .3rem }
.drift, .vanished { --state: var(--no) } .insufficient-data, .notable { --state: var(--wait) } .no-drift, .already-learned { --state: var(--go) }
h1, .v, .tools span { color: var(--state, var(--dim)) }
.dim, .said, .legend, figcaption { color: var(--dim); font-size: .87rem }
.legend { margin: .5rem 0 }
.legend span { display: inline-block; width: 1.2em; height: .8em; vertical-align: -.05em; margin-left: .3em }
.legend .r { background: var(--before); margin-left: 0 } .legend .c { border: 2px solid var(--now) }
.tools { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: center; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem }
.tools[hidden] { display: none }
.tools fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem .9rem; flex-basis: 100% }
legend { float: left; padding: 0; margin-right: .9rem }
.tools p { margin: 0; color: var(--dim) }
input, select, button { font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .5rem }
input[type=checkbox] { padding: 0; margin: 0 .1rem 0 0; accent-color: var(--link) }
button { cursor: pointer }
.columns { list-style: none; margin: .6rem 0; padding: 0; border-top: 1px solid var(--line) }
.columns li { display: grid; grid-template-columns: minmax(0, 14rem) 20rem minmax(0, 1fr); gap: 0 1.6rem; padding: .8rem 0 .7rem; border-bottom: 1px solid var(--line); break-inside: avoid }
.columns li[hidden] { display: none }
.columns .line { grid-template-columns: minmax(0, 14rem) 20rem minmax(0, 1fr); padding: .3rem 0; align-items: baseline }
.line .n { margin: 0 }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere }
.v { margin: 0; font-weight: 600 } .said { margin: 0; overflow-wrap: anywhere }
li .dim { margin: .2rem 0 0 }
figure { margin: 0 } figcaption { line-height: 1.3 }
svg { display: block; width: 100%; max-width: 20rem; height: auto }
svg text { fill: var(--dim); font-size: 11px; text-anchor: middle }
svg .y { text-anchor: end }
.r { fill: var(--before) } .c { fill: none; stroke: var(--now); stroke-width: 1.5 }
.bars { display: flex; align-items: flex-start; gap: .6rem } .bars svg { width: 110px; flex: none; margin-top: 1px }
.bars path { stroke: var(--now); stroke-width: 5 } .bars .r { stroke: var(--before) }
.bars p { margin: 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; font-size: 12px; line-height: 18px }
.m { width: 10rem; margin: .35rem 0; fill: var(--state, var(--dim)) }
.m .l { stroke: var(--text); stroke-width: 2 }
table { border-collapse: collapse; font-size: .87rem; width: 100%; max-width: 27rem; table-layout: fixed }
th { font-weight: 400; color: var(--dim) }
th, td { padding: .1rem 0 .1rem .6rem; text-align: right; vertical-align: baseline; white-space: nowrap }
td:first-child { width: 27% } th:nth-child(3):nth-last-child(3) { width: 13% } th:nth-last-child(2) { width: 24% }
td:first-child, th:first-child { padding-left: 0; text-align: left }
li div > p { margin: .25rem 0 0; font-size: .87rem; overflow-wrap: anywhere }
li div > .v, li div > .said { margin: 0 } li div > .v { font-size: 1rem }
details { margin-top: .3rem; font-size: .87rem }
details p { margin: .2rem 0; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--link) }
@media (max-width: 60rem) {
.columns li, .columns .line { grid-template-columns: minmax(0, 1fr) minmax(0, 20rem) } .columns li > :nth-child(3) { grid-column: 1 / -1 } }
@media (max-width: 40rem) { table { font-size: .8rem } th { font-size: .72rem } td:first-child { width: 25% } .columns li, .columns .line { grid-template-columns: minmax(0, 1fr) } dl div { display: block } figure { margin-top: .5rem } }
@media print { :root { color-scheme: light; font-size: 11px } body { font-size: 11px } .tools, header button, .skip { display: none } .columns li { grid-template-columns: minmax(0, 1fr) 25rem minmax(0, 1.5fr); gap: 0 .8rem } th { font-size: .75rem } .bars p { font-size: 10px; overflow: visible } .columns li > :nth-child(3) { grid-column: auto } }
`
