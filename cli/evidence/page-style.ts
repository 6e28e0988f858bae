import { Markup } from './markup.ts';

/** The style of the page, on a screen and on paper. */
export const STYLE = new Markup(`
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 0.2rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
.period { font-size: 1.1rem; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0.5rem 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 0.2rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
ul.plain { list-style: none; padding: 0; }
table { width: 100%; border-collapse: collapse; font-size: 0.85rem; }
th, td { border: 1px solid #b8b8b8; padding: 0.25rem 0.4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: #ececec; overflow-wrap: normal; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.good strong { color: #0b5d1e; }
.bad strong, tr.bad > * { color: #8c1010; font-weight: 600; }
.open { color: #6b4e00; }
.note { font-size: 0.85rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: 0.85em; }
pre { background: #f4f4f4; border: 1px solid #d5d5d5; padding: 0.6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 12mm; @bottom-right { content: counter(page) " / " counter(pages); } }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section.feed { break-before: page; }
  thead { display: table-header-group; }
  tr, li, dl, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`);
