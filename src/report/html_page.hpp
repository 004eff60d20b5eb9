// A page in one file: nothing from elsewhere, and no scripts unless one is set. Its security policy
// forbids both.
//
//   HtmlPage page("Data check");
//   page.add("<p>" + escape_html(text) + "</p>");
//   write_file_atomically("check.html", page.text());
//
// Classes of its style: "lead" (a first paragraph), "tiles" with "tile" (numbers, each a <b> and a
// <span>), "badge" with "error", "warning" or "note", "figures" (a grid of <figure>), "scroll" (a
// wide table in it scrolls by itself), "path" (a name that may break anywhere), "charts" (a grid of
// those of line_chart.hpp) and those of bar_chart.hpp. Light and dark by what the reader prefers;
// from 320 pixels of width on.
#pragma once

#include <string>
#include <string_view>

namespace saker {

class HtmlPage {
 public:
  // title: plain text.
  explicit HtmlPage(std::string_view title) : title_(title) {}

  // The one script of the page, which may ask the page's own server; without it none is allowed.
  void set_script(std::string_view script) { script_ = script; }
  // html: finished markup.
  void add(std::string_view html) { body_ += html; }

  std::string text() const;

 private:
  std::string title_;
  std::string body_;
  std::string script_;
};

}  // namespace saker
