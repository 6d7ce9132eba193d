#include "report/html.h"

namespace planwise::report {

namespace {

constexpr std::string_view style = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1b2129;--mute:#56616e;--rule:#dde3ea;--soft:#f5f7f9;--blue:#1f5fbf;--orange:#b85c00;--grey:#7a8694;--good:#176f42;--bad:#b3261e;--warn:#805300;--band:#1f5fbf26}
@media screen and (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--mute:#9ba6b3;--rule:#2d353f;--soft:#1c2229;--blue:#74a9f7;--orange:#eda05a;--grey:#8f9baa;--good:#5cc48c;--bad:#ff9289;--warn:#e5b451;--band:#74a9f733}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .2rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .7rem;padding-top:.9rem;border-top:1px solid var(--rule)}
h3{font-size:.95rem;margin:0 0 .4rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.sub{color:var(--mute);margin:0 0 .8rem;font-size:1.05rem}
dl.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;margin:0;font-size:.87rem}
dl.facts div{display:flex;gap:.4rem;min-width:0}
dl.facts dt{color:var(--mute)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
nav{margin:1.4rem 0 0;font-size:.9rem}
nav ol{columns:3 12rem;margin:.3rem 0 0;padding-left:1.3rem}
a{color:var(--blue)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.7rem;margin:.8rem 0 1rem}
.tile{border:1px solid var(--rule);border-radius:8px;padding:.65rem .85rem;background:var(--soft);break-inside:avoid}
.tile .k{color:var(--mute);font-size:.8rem}
.tile .v{font-size:1.4rem;font-weight:650;line-height:1.25;overflow-wrap:anywhere}
.tile .d{color:var(--mute);font-size:.8rem}
.wide{overflow-x:auto;margin:.3rem 0 .4rem}
figure,.tab{margin:1.1rem 0}
table{border-collapse:collapse;width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:650;padding:0 0 .35rem}
th,td{text-align:left;padding:.32rem .6rem .32rem 0;border-bottom:1px solid var(--rule);vertical-align:top;overflow-wrap:break-word}
th{color:var(--mute);font-weight:600;font-size:.8rem}
.n{text-align:right;padding:.32rem 0 .32rem .9rem}
td.n{white-space:nowrap}
.n+th:not(.n),.n+td:not(.n){padding-left:1.1rem}
td.long{white-space:normal;overflow-wrap:anywhere}
td.code{font:.8rem/1.45 ui-monospace,"Cascadia Mono","Liberation Mono",Menlo,monospace;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad)}.caution{color:var(--warn)}.missing{color:var(--mute);font-style:italic}
.note,.src{color:var(--mute);font-size:.78rem;margin:.25rem 0 0}
.src{overflow-wrap:anywhere}
ol.advice{padding-left:1.4rem;margin:.6rem 0}
ol.advice li{margin:0 0 .55rem;break-inside:avoid}
ol.advice .fig{display:block;color:var(--mute);font-size:.83rem}
code{font:.92em ui-monospace,"Cascadia Mono","Liberation Mono",Menlo,monospace}
pre{background:var(--soft);border:1px solid var(--rule);border-radius:6px;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.87rem;break-inside:avoid}
figure{break-inside:avoid}
figcaption{font-weight:650;font-size:.9rem;margin-bottom:.2rem}
svg{display:block;width:100%;height:auto;max-width:46rem}
svg text{font-family:inherit;font-size:12px;fill:var(--mute)}
svg .s{fill:var(--fg)}svg .c{fill:var(--bad)}
svg .gl{stroke:var(--rule);stroke-width:1}svg .ax{stroke:var(--grey);stroke-width:1.2}
svg .l0{stroke:var(--grey);stroke-width:2;stroke-dasharray:5 4;fill:none}
svg .l1{stroke:var(--blue);stroke-width:2.4;fill:none;stroke-linejoin:round}
svg .ru{stroke:var(--bad);stroke-width:1.4;stroke-dasharray:2 3}
svg .cn{stroke:var(--grey);stroke-width:1}
svg .iv{stroke:var(--fg);stroke-width:1.5}
svg .p0{fill:var(--bg);stroke:var(--grey);stroke-width:2}svg .p1{fill:var(--blue)}
svg .pk{fill:var(--orange);stroke:var(--bg);stroke-width:1.5}
svg .f0{fill:var(--grey)}svg .f1{fill:var(--blue)}svg .f2{fill:var(--orange)}
svg .band{fill:var(--band)}
details{font-size:.87rem;margin:.3rem 0}
summary{cursor:pointer;color:var(--mute)}
footer{margin-top:2.4rem;padding-top:.8rem;border-top:1px solid var(--rule);color:var(--mute);font-size:.78rem;overflow-wrap:anywhere}
@page{size:A4;margin:14mm 14mm 15mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#56616e}}
@media print{
body{font-size:9.5pt;line-height:1.4;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
h1{font-size:18pt}h2{font-size:12.5pt;margin:14pt 0 5pt;padding-top:6pt;break-after:avoid}
caption,figcaption{break-after:avoid}
.sub{font-size:10.5pt;margin-bottom:4pt}dl.facts{font-size:8.4pt}caption{font-size:8.6pt}figcaption{font-size:8.6pt}
nav,details{display:none}
.wide{overflow:visible}
table{font-size:8.2pt}th{font-size:7.6pt}
th,td{padding:2pt 5pt 2pt 0}.n{padding:2pt 0 2pt 6pt}
td.code{font-size:7.2pt}
thead{display:table-header-group}tr{break-inside:avoid}.short{break-inside:avoid}
.tiles{grid-template-columns:repeat(3,1fr);gap:6pt}
.tile{padding:5pt 7pt}.tile .v{font-size:14pt}.tile .k,.tile .d{font-size:7.6pt}
svg{max-width:165mm}
.note,.src,ol.advice .fig{font-size:7.4pt}
a{color:inherit;text-decoration:none}
footer{margin-top:10pt;font-size:7.2pt}
}
@media print{
.board h1{font-size:16pt}.board h2{margin:9pt 0 3pt;padding-top:4pt}
.board svg{max-width:150mm}.board figure,.board .tab{margin:5pt 0}
.board .src{display:none}.board .tab{break-inside:avoid}
.board p{margin:3pt 0}.board ol.advice li{margin-bottom:3pt}
}
)css";

}  // namespace

std::string_view html_style() noexcept { return style; }

}  // namespace planwise::report
