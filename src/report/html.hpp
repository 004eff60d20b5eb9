// Text and pictures inside of HTML.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace saker {

// Text as it may stand between tags and in quoted attributes. What is no UTF-8, and control
// characters besides line ends and tabs, become U+FFFD, since names of files may hold anything.
std::string escape_html(std::string_view text);

// An <img> that holds its picture itself. mime: such as "image/jpeg"; alternative: text for those
// who do not see it.
std::string embedded_image(std::span<const std::byte> bytes,
                           std::string_view mime,
                           std::string_view alternative);

std::string base64(std::span<const std::byte> bytes);

}  // namespace saker
