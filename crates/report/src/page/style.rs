//! The style sheet of the page.

/// Serif stack of Chinese journals; tables and figures scroll inside the page on narrow screens; print drops navigation.
pub(super) const CSS: &str = r#"
:root { --ink: #1a1a1a; --muted: #5a5a5a; --line: #d9d9d9; --accent: #0072b2; --warn: #d55e00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff; line-height: 1.65;
  font-family: "Times New Roman", "Songti SC", SimSun, "Noto Serif CJK SC", serif; font-size: 17px; }
input[name="lang"] { position: absolute; opacity: 0; pointer-events: none; }
#lang-zh:checked ~ main.en, #lang-en:checked ~ main.zh { display: none; }
nav.languages { display: flex; justify-content: flex-end; gap: .5rem; max-width: 58rem; margin: 0 auto; padding: .8rem 1.2rem 0; }
nav.languages label { cursor: pointer; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; color: var(--muted); }
#lang-zh:checked ~ nav.languages label[for="lang-zh"], #lang-en:checked ~ nav.languages label[for="lang-en"] { color: #fff; background: var(--accent); border-color: var(--accent); }
#lang-zh:focus-visible ~ nav.languages label[for="lang-zh"], #lang-en:focus-visible ~ nav.languages label[for="lang-en"] { outline: 2px solid var(--warn); }
main { max-width: 58rem; margin: 0 auto; padding: 0 1.2rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.3; margin: 1rem 0 .4rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; padding-top: .4rem; border-top: 1px solid var(--line); }
p { margin: .6rem 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.banner, .warning { border-left: 4px solid var(--warn); background: #fdf3ec; padding: .5rem .9rem; }
.citation { color: var(--muted); }
.verdict { font-size: 1.15rem; font-weight: bold; }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; }
.facts div { flex: 1 1 9.5rem; border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .9rem; }
.facts dt { font-size: .85rem; color: var(--muted); line-height: 1.35; }
.facts dd { margin: .2rem 0 0; font-size: 1.45rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.contents ol { columns: 2 14rem; font-size: .92rem; padding-left: 1.4rem; }
.scroll { overflow-x: auto; }
figure { margin: 1.6rem 0; }
figure.table table { font-size: .92rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
figure.table caption { font-weight: bold; padding-bottom: .5rem; }
figure.table td, figure.table th { vertical-align: baseline; min-width: 3.2em; }
figure.table th[scope="row"] { min-width: 6em; }
figure.table sup { line-height: 0; font-size: .75em; }
figure.table tr.differs { background: #fdf3ec; }
.notes { color: var(--muted); font-size: .82rem; line-height: 1.5; max-width: 48rem; margin: .4rem auto 0; }
.notes p { margin: .2rem 0; }
figure.plot svg { display: block; margin: 0 auto; max-width: 100%; min-width: 36rem; height: auto; }
details { border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .9rem; margin: .8rem 0; font-size: .92rem; }
summary { cursor: pointer; color: var(--accent); }
@media (max-width: 40rem) { figure.table caption { text-align: left; } }
ul.files { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .88rem; }
pre { background: #f6f6f6; padding: .7rem .9rem; border-radius: .4rem; font-size: .85rem; line-height: 1.45; }
@media (max-width: 40rem) { body { font-size: 16px; } main, nav.languages { padding-left: .9rem; padding-right: .9rem; } h1 { font-size: 1.4rem; } .contents ol { columns: 1; } }
@media print {
  @page { size: A4; margin: 2cm; }
  body { font-size: 10.5pt; } nav.languages, nav.contents { display: none; } main { max-width: none; padding: 0; }
  figure, tr, .facts div { break-inside: avoid; } h2 { break-after: avoid; } a { color: inherit; text-decoration: none; }
  figure.plot svg { min-width: 0; max-width: 100%; } .scroll { overflow: visible; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } ul.files { display: none; }
  figure.table table { font-size: 9pt; } details { border: 0; padding: 0; } details::details-content { content-visibility: visible; display: block; }
}
"#;
