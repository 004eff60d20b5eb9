#include "report/live/live_page.hpp"

#include <fmt/format.h>

#include "report/html_page.hpp"

namespace saker {
namespace {

constexpr const char* kScript = R"(
const place = document.getElementById('run');
const state = document.getElementById('live');
let tag = place.dataset.tag;
async function refresh() {
  try {
    const answer = await fetch('/body', {headers: {'If-None-Match': tag}, cache: 'no-store'});
    if (answer.status === 200) {
      const open = [...place.querySelectorAll('details')].map(part => part.open);
      place.innerHTML = await answer.text();
      place.querySelectorAll('details').forEach((part, i) => { part.open = open[i] || false; });
      tag = answer.headers.get('ETag');
    }
    state.textContent = answer.ok || answer.status === 304 ? 'live' : await answer.text();
  } catch (error) {
    state.textContent = 'saker watch has ended';
  }
}
setInterval(refresh, Number(place.dataset.refresh));
)";

}  // namespace

std::string live_page(const std::string& title,
                      const std::string& body,
                      const std::string& tag,
                      double refresh_seconds) {
  HtmlPage page("Run " + title);
  page.add("<p class=\"dim\" id=\"live\">live</p>\n");
  page.add(fmt::format("<div id=\"run\" data-tag='{}' data-refresh=\"{:.0f}\">\n{}</div>\n",
                       tag,
                       1000 * refresh_seconds,
                       body));
  page.set_script(kScript);
  return page.text();
}

}  // namespace saker
