import { html } from './html.ts';

/**
 * The style of the page. Colours are named once for light and once for dark; paper is always light. Text keeps a
 * contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3).
 */
export const pageStyle = html`<style>
:root { color-scheme: light; --page: #f4f6f8; --card: #fff; --text: #18202b; --soft: #55606f; --line: #d8dee6; --good: #17784a; --warn: #96590a; --bad: #bd2b2b; --quiet: #66717f; --accent: #2459c4; --wash: #e7edf9; --washbad: #fdf0ef; --washwarn: #fdf5e6 }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; --page: #10141a; --card: #191f28; --text: #e5e9ef; --soft: #a0abb9; --line: #303a47; --good: #4dc48b; --warn: #e3a740; --bad: #ff8078; --quiet: #8d99a8; --accent: #80aaff; --wash: #22304c; --washbad: #33201f; --washwarn: #30281a } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1240px; padding: 28px 20px; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
h1, h2, h3, p, dl, dd, figure, ul { margin: 0 }
h1 { font-size: 30px; line-height: 1.25; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px }
h2 { font-size: 18px; margin-bottom: 12px }
h3 { font-size: 15px; margin: 20px 0 8px }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
code, .name, .message, .reason { overflow-wrap: anywhere; unicode-bidi: isolate }
.message, .reason, td code { white-space: pre-wrap }
.quiet, footer, .kicker { color: var(--soft) }
.kicker { font-size: 13px }
.headline { margin-top: 8px; font-size: 17px }
header { margin-bottom: 24px }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px; margin-bottom: 16px }
section ul { padding-left: 20px }
section ul + dl { margin-top: 14px }
li + li { margin-top: 6px }
footer { font-size: 13px; padding: 4px }
.marked { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap }
.marked svg { flex: none }
.mark circle { fill: currentColor }
.mark path { fill: none; stroke: var(--card); stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round }
.good { color: var(--good) } .warn { color: var(--warn) } .bad { color: var(--bad) }
.marked.quiet, .mark.quiet { color: var(--quiet) }
.badge { font-size: 16px; font-weight: 600 }
.badge .marked { border: 1.5px solid currentColor; border-radius: 99px; padding: 4px 14px 4px 8px; background: var(--card) }
.about { display: grid; gap: 20px }
.sides { display: flex; flex-wrap: wrap; align-items: center; gap: 12px 20px }
.side { display: grid; grid-template-columns: auto auto; justify-content: start; gap: 0 16px; padding: 10px 16px; border: 1px solid var(--line); border-radius: 8px; flex: 1 1 220px }
.side .quiet, .side b { grid-column: 1 / -1 }
.side .quiet { font-size: 13px }
.side b { font-size: 18px }
.to path { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round }
.about dl, .items { display: flex; flex-wrap: wrap; gap: 12px 36px }
dt { font-size: 13px; color: var(--soft) }
.error { border-color: var(--bad); border-left-width: 6px; background: var(--washbad) }
.error .name-of-error { margin-top: 10px }
.error code { font-weight: 600; font-size: 14px }
.resolution { border-left: 3px solid var(--accent); padding-left: 10px; margin-top: 8px }
.tiles { display: grid; grid-template-columns: repeat(10, 1fr); gap: 8px }
.tile { border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; display: flex; flex-direction: column-reverse }
.tile dd { font-size: 24px; font-weight: 600; line-height: 1.25 }
.tile.zero dd { font-weight: 400; color: var(--quiet) }
.tile.verified dd { color: var(--good) }
.tile.amiss { border-color: var(--bad) }
.tile.amiss dd, span.amiss { color: var(--bad); font-weight: 600 }
span.zero { color: var(--quiet) }
.items dd { font-size: 18px; font-variant-numeric: tabular-nums }
svg { max-width: 100%; height: auto; display: block }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--text) }
svg.narrow { display: none }
.flow .step rect { fill: var(--card); stroke: currentColor; stroke-width: 1.5 }
.flow .step.quiet { color: var(--quiet) }
.flow .unreached rect { stroke-dasharray: 4 4 }
.flow .step text { font-weight: 600 }
.flow .step.unreached text, .flow .state.quiet { fill: var(--soft); font-weight: 400 }
.flow .state { font-size: 12px }
.flow .kind { font-size: 12px; fill: var(--soft) }
.flow .lane { stroke: var(--line) }
.flow .link { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
.flow .link.unreached { stroke: var(--line) }
.chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums }
.grid, .tick { stroke: var(--line) }
.area { fill: var(--wash) }
.line { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linejoin: round }
.average { stroke: var(--soft); stroke-dasharray: 5 4 }
figcaption { margin-top: 6px; font-size: 13px; color: var(--soft) }
.scroll { overflow-x: auto; margin-top: 16px }
table { border-collapse: collapse; width: 100%; font-size: 13px }
caption { text-align: left; color: var(--soft); padding-bottom: 6px }
th, td { text-align: left; vertical-align: top; padding: 7px 8px; border-top: 1px solid var(--line) }
thead th { color: var(--soft); font-weight: 600; border-top: 0; white-space: nowrap }
tbody th { font-weight: 600 }
.assets .name { min-width: 104px; max-width: 260px }
.reason { min-width: 150px }
.number { text-align: right; font-variant-numeric: tabular-nums }
.attention th, .attention td { background: var(--washwarn) }
.attention th { box-shadow: inset 4px 0 var(--warn) }
details { border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; margin-top: 8px }
summary { cursor: pointer }
.small { width: auto; min-width: 60% }
.small td { max-width: 460px }
@media (max-width: 980px) { .tiles { grid-template-columns: repeat(5, 1fr) } }
@media (max-width: 640px) { .tiles { grid-template-columns: 1fr 1fr } svg.narrow { margin: 0 auto } body { padding: 20px 12px } section { padding: 16px 14px } h1 { font-size: 24px } svg.wide { display: none } svg.narrow { display: block } .to { transform: rotate(90deg); margin: 0 auto } .side { flex-basis: 100% } .about dl { gap: 12px 24px } }
@page { margin: 12mm }
@media print { :root { --page: #fff } body { max-width: none; padding: 0; font-size: 12px } section { padding: 12px 0; border-width: 0 0 1px; border-radius: 0 } .error { padding-left: 12px } h2, h3, figure, svg, .tile, tr { break-inside: avoid } h2, h3 { break-after: avoid } table { font-size: 10px } th, td { padding: 4px } .scroll { overflow: visible } .assets .name, .reason { min-width: 64px } .small code { font-size: 10px } .badge, .mark, .area, .attention th, .attention td { print-color-adjust: exact; -webkit-print-color-adjust: exact } details::details-content { content-visibility: visible; block-size: auto } }
</style>`;
