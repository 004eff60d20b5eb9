#include "comma_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "saker/error.hpp"

namespace saker {

std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<std::int64_t> comma_list_of_integers(const std::string& option,
                                                 const std::string& text) {
  std::vector<std::int64_t> values;
  for (const std::string& part : comma_list(text)) {
    std::int64_t value = 0;
    const char* const last = part.data() + part.size();
    const auto [end, error] = std::from_chars(part.data(), last, value);
    if (error != std::errc() || end != last) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: '{}' is no integer; write numbers separated by commas, such as "
                              "0,500,2900",
                              option,
                              part));
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace saker
