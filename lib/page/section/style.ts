/**
 * The page's style sheet: light and dark, for any screen from a phone to a wall display, and for paper.
 *
 * @module
 */
import { COLORS } from "../palette.ts";

/** Colours that do not belong to a group, on white and on black. */
const PAPERS = {
  "--paper": ["#ffffff", "#17191d"],
  "--desk": ["#f4f4f1", "#0e1013"],
  "--ink": ["#1b1d21", "#eceef1"],
  "--soft": ["#5a5f68", "#a4abb6"],
  "--line": ["#d5d7db", "#353a42"],
  "--faint": ["#c3c6cc", "#4a505a"],
  "--frontier": ["#1b1d21", "#eceef1"],
  "--accent": ["#0b5cad", "#7cc0ff"],
  "--bad": ["#b3261e", "#ff8a80"],
  "--working": ["#d9dce1", "#3a4049"],
  "--cause-0": ["#8a6500", "#e8b53d"],
  "--cause-1": ["#0067a8", "#5ab4f0"],
  "--cause-2": ["#c44601", "#ff8f5c"],
  "--cause-3": ["#a3407c", "#f09bd0"],
  "--cause-4": ["#00795a", "#2ec99b"],
} as const;

/** How many colours there are for causes. */
export const CAUSE_COLORS_MAX = 5;

function variables(side: 0 | 1): string {
  const papers = Object.entries(PAPERS).map(([name, sides]) => `${name}:${sides[side]}`);
  const colors = COLORS.map((sides, place) => `--color-${place}:${sides[side]}`);
  return [...papers, ...colors].join(";");
}

/** The variables of the colours: what a chart needs if there is no page around it. */
export const COLOR_RULES = `\
:root{color-scheme:light dark;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}
@media print{:root{color-scheme:light;${variables(0)}}}
`;

export const STYLE = `${COLOR_RULES}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--desk);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main,header,footer{max-width:1240px;margin:0 auto;padding:0 20px}
header{padding-top:44px;padding-bottom:8px}
footer{padding-top:8px;padding-bottom:48px;color:var(--soft);font-size:14px}
.eyebrow{margin:0 0 6px;font-size:13px;font-weight:600;letter-spacing:.08em;text-transform:uppercase;color:var(--soft)}
h1{margin:0 0 10px;font-size:clamp(25px,4.2vw,40px);line-height:1.15;letter-spacing:-.018em;font-weight:700;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:0 0 4px;font-size:22px;line-height:1.25;letter-spacing:-.01em}
h3{margin:26px 0 4px;font-size:16px;overflow-wrap:anywhere}
h4{margin:12px 0 2px;font-size:13px;font-weight:600;color:var(--soft)}
p{margin:0 0 10px}
.lede{color:var(--soft);max-width:76ch;overflow-wrap:anywhere}
.reading{color:var(--soft);max-width:80ch;font-size:15px}
section{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:26px 28px;margin:20px 0}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.answer p:not(.reading){font-size:21px;line-height:1.4;letter-spacing:-.006em;margin:0 0 8px;max-width:62ch;overflow-wrap:anywhere}
.answer p:not(.reading)::first-letter{text-transform:uppercase}
.command{display:flex;align-items:flex-start;gap:10px;margin:8px 0;padding:10px 12px;border-radius:8px;background:var(--desk);border:1px solid var(--line)}
.command code{flex:1;min-width:0;white-space:pre-wrap;overflow-wrap:anywhere}
button,input{font:inherit;color:inherit}
.copy{flex:none;padding:2px 10px;font-size:13px;border:1px solid var(--line);border-radius:6px;background:var(--paper);cursor:pointer}
.copy:hover{border-color:var(--accent);color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.switches{display:flex;flex-wrap:wrap;gap:10px 22px;margin:16px 0 6px}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;align-items:center;gap:8px}
legend{float:left;padding:0;font-size:14px;color:var(--soft)}
.choices{display:inline-flex;border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--desk)}
.choices label{position:relative;cursor:pointer}
.choices input{position:absolute;opacity:0;inset:0;margin:0;cursor:pointer}
.choices span{display:block;padding:5px 14px;font-size:14px}
.choices input:checked+span{background:var(--ink);color:var(--paper)}
.choices input:focus-visible+span{outline:3px solid var(--accent);outline-offset:-3px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0;padding:0;list-style:none;font-size:14px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:6px}
.legend svg{flex:none}
.swatch{width:14px;height:14px;border-radius:3px;flex:none}
.picture{margin:10px 0 4px}
.picture svg,.series svg{display:block;width:100%;max-width:100%;height:auto;overflow:visible;color:var(--soft)}
.plot text{white-space:pre;font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.narrow{display:none}
.map [data-configuration]{cursor:pointer;outline:none}
.map [data-configuration]:focus-visible{stroke:var(--accent);stroke-width:4px;stroke-opacity:1;fill-opacity:1}
.chosen{stroke:var(--ink)!important;stroke-width:2.5px!important;stroke-opacity:1!important;fill-opacity:1!important}
tr.chosen td{background:var(--desk)}
.tip{position:fixed;z-index:9;left:0;top:0;max-width:min(380px,calc(100vw - 16px));padding:10px 13px;border-radius:9px;background:var(--ink);color:var(--paper);font-size:14px;line-height:1.4;pointer-events:none;overflow-wrap:anywhere;box-shadow:0 6px 24px rgb(0 0 0/.25)}
.tip b{display:block}
.tip small{display:block;opacity:.82;font-size:12.5px}
.tip code{font-size:12px}
.detail{margin-top:14px;padding-top:14px;border-top:1px solid var(--line);font-size:15px}
.detail h3{margin-top:0}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:8px 0;font-size:14px}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
details{margin-top:8px}
summary{cursor:pointer;color:var(--accent);font-size:14px}
.columns{columns:260px;column-gap:32px;font-size:13px;margin:8px 0 0;padding:0;list-style:none;font-variant-numeric:tabular-nums}
.columns li{display:flex;justify-content:space-between;gap:12px;break-inside:avoid;border-bottom:1px solid var(--line);padding:2px 0}
.columns span{color:var(--soft)}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;margin:12px 0 8px;font-size:14px;color:var(--soft)}
.filter input{width:min(320px,100%);padding:6px 11px;border:1px solid var(--line);border-radius:8px;background:var(--desk)}
.scroll{overflow-x:auto;margin:0 -28px;padding:0 28px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 7px;text-align:right;vertical-align:top;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
th.text,td.text{text-align:left}
thead th{vertical-align:bottom;font-weight:600;color:var(--soft);font-size:13px;white-space:normal}
th button{all:unset;cursor:pointer;font-weight:600}
th button:hover{color:var(--accent)}
th button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
th[aria-sort] button::after{content:" ↕";opacity:.35}
th[aria-sort=ascending] button::after{content:" ↑";opacity:1}
th[aria-sort=descending] button::after{content:" ↓";opacity:1}
tbody tr[data-configuration]{cursor:pointer}
tbody tr[data-configuration]:hover td{background:var(--desk)}
td .name{all:unset;cursor:pointer;display:block;min-width:230px;max-width:420px;white-space:normal;overflow-wrap:anywhere}
td .name:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
td .name b{font-weight:600}
td .flags{color:var(--soft);font-size:13px}
.flags i{display:inline-block;font-style:normal}
.state{display:inline-block;padding:0 8px;border-radius:9px;border:1px solid var(--line);font-size:12.5px;color:var(--soft)}
.state.frontier{background:var(--ink);border-color:var(--ink);color:var(--paper)}
.state.failed,.state.too_slow{border-color:var(--bad);color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin:14px 0 18px}
.tile{border-left:3px solid var(--line);padding:2px 0 2px 14px}
.tile b{display:block;font-size:26px;line-height:1.2;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.tile span{display:block;font-size:14px;color:var(--soft)}
.series{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:4px 26px}
.warning{border-left:3px solid var(--bad);padding-left:12px;overflow-wrap:anywhere}
.notes{margin:6px 0 0;padding-left:20px;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
[hidden]{display:none!important}
@media (max-width:900px){
body{font-size:15px}
main,header,footer{padding:0 12px}
header{padding-top:26px}
section{padding:18px 16px;border-radius:10px;margin:14px 0}
.scroll{margin:0 -16px;padding:0 16px}
.wide{display:none}
.narrow{display:block;max-width:560px}
.answer p:not(.reading){font-size:18px}
.facts{grid-template-columns:1fr}
.facts dd{margin-bottom:6px}
}
@media print{
body{background:none;font-size:11pt}
main,header,footer{max-width:none;padding:0}
section{border:0;padding:0;margin:18pt 0;break-inside:auto}
.wide{display:block}
.narrow,.tip,.copy,.filter,.switches,.detail{display:none!important}
.picture,.series>div,tr{break-inside:avoid}
h2,h3{break-after:avoid}
.scroll{overflow:visible;margin:0;padding:0}
table{font-size:8pt}
th,td{padding:2pt 4pt}
td .name{max-width:180pt;min-width:0}
}
@media (prefers-reduced-motion:no-preference){.choices span,.copy{transition:background .12s,color .12s}}
`;
