// A page that keeps itself up to date.
#pragma once

#include <string>

namespace saker {

// Asks its server for "/body" every refresh_seconds and puts it in place of `body` when its ETag is
// no longer `tag`; the reader's place and open details stay. title: plain text; body: markup.
std::string live_page(const std::string& title,
                      const std::string& body,
                      const std::string& tag,
                      double refresh_seconds);

}  // namespace saker
