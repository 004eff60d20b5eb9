#include "report/html_page.hpp"

#include "report/html.hpp"

namespace saker {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1c2330;--dim:#5b6677;--paper:#fff;--panel:#f4f6f9;
--line:#d9dee6;--accent:#0067a5;
--error:#b3261e;--warning:#8a5a00;--note:#41607f}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--dim:#9aa6b7;--paper:#14181f;
--panel:#1d232d;--line:#333c4a;
--accent:#56b4e9;--error:#ff8a80;--warning:#f0b357;--note:#9dbbd8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.25rem clamp(.9rem,3vw,2rem) 3rem;
background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.2;margin:.2rem 0 .5rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.4rem 0}
.lead{font-size:1.05rem}
.dim,small,figcaption span{color:var(--dim)}
.path{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:.85em;
overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.7rem;
margin:1rem 0}
.tile{background:var(--panel);border-radius:.5rem;padding:.6rem .8rem}
.tile b{display:block;font-size:1.5rem;line-height:1.2}
.tile span{color:var(--dim);font-size:.9rem}
.tile.error b,.badge.error{color:var(--error)}.tile.warning b,.badge.warning{color:var(--warning)}
.tile.note b,.badge.note{color:var(--note)}
.badge{font-size:.75rem;font-weight:600;text-transform:uppercase;letter-spacing:.04em;
border:1px solid currentColor;
border-radius:.3rem;padding:.05rem .4rem;margin-right:.5rem;white-space:nowrap}
.scroll{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;font-size:.9rem;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;
border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600;white-space:nowrap}
td.number,th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
pre{font-size:.8rem;line-height:1.4}
details{margin:.6rem 0}summary{cursor:pointer;color:var(--accent)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));
gap:.9rem;margin:.8rem 0}
.figures.wide{grid-template-columns:repeat(auto-fill,minmax(min(26rem,100%),1fr))}
figure{margin:0;background:var(--panel);border-radius:.5rem;overflow:hidden}
figure img{display:block;width:100%;height:auto}
figcaption{padding:.45rem .6rem .6rem;font-size:.85rem}
figcaption span{display:block}
section.group{scroll-margin-top:1rem}
.bars{display:grid;grid-template-columns:minmax(4rem,max-content) 1fr max-content;
gap:.25rem .7rem;align-items:center;
font-size:.9rem;margin:.5rem 0}
.bars .name{overflow-wrap:anywhere;max-width:14rem}
.bars .track{background:var(--panel);border-radius:.2rem;height:.85rem}
.bars .bar{background:var(--accent);border-radius:.2rem;height:100%}
.bars .value{text-align:right;font-variant-numeric:tabular-nums;color:var(--dim)}
.columns{display:flex;align-items:flex-end;gap:2px;height:9rem;margin:.5rem 0 0;
border-bottom:1px solid var(--line)}
.columns div{flex:1;background:var(--accent);border-radius:.15rem .15rem 0 0;min-width:0}
.ticks{display:flex;gap:2px;font-size:.75rem;color:var(--dim);margin-bottom:.6rem}
.ticks span{flex:1;min-width:0;white-space:nowrap;overflow:visible}
.matrix td.right{background:color-mix(in srgb,#00795a var(--share),transparent)}
.matrix td.wrong{background:color-mix(in srgb,#d55e00 var(--share),transparent)}
.matrix td,.matrix th{padding:.3rem .5rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(26rem,100%),1fr));
gap:.9rem;margin:.8rem 0}
.chart{padding:.6rem .7rem}
.chart figcaption{padding:0 0 .3rem;font-weight:600}
.chart svg{display:block;width:100%;height:auto}
.chart text{font-size:12px;fill:var(--dim)}
.grid,.axis{stroke:var(--line);fill:none;stroke-width:1}.axis{stroke:var(--dim)}
.line{stroke:var(--series);fill:none;stroke-width:1.8;stroke-linejoin:round}
.d1{stroke-dasharray:6 3}.d2{stroke-dasharray:2 3}
.c0{--series:#0072b2}.c1{--series:#d55e00}.c2{--series:#00795a}.c3{--series:#a8558a}
.c4{--series:#9a6b00}.c5{--series:#2a8fc4}.c6{--series:#6b6b6b}.c7{--series:#7a3e9d}
@media (prefers-color-scheme:dark){.c0{--series:#56b4e9}.c1{--series:#ff9248}.c2{--series:#35d0a0}
.c3{--series:#e39bc6}.c4{--series:#f0d24a}.c5{--series:#9ad7ff}.c6{--series:#b5bcc6}
.c7{--series:#c79be8}}
.dot{fill:var(--series)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem .9rem;font-size:.85rem;margin:.4rem 0 0}
.legend span{display:inline-flex;align-items:center;gap:.35rem}
.chart .legend svg{width:22px;height:8px}
)";

}  // namespace

std::string HtmlPage::text() const {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'";
  if (!script_.empty()) page += "; script-src 'unsafe-inline'; connect-src 'self'";
  page += "\">\n<title>";
  page += escape_html(title_);
  page += "</title>\n<style>";
  page += kStyle;
  page += "</style>\n</head>\n<body>\n";
  page += body_;
  if (!script_.empty()) page += "\n<script>" + script_ + "</script>";
  page += "\n</body>\n</html>\n";
  return page;
}

}  // namespace saker
