// JSON text as a settings tree.
#pragma once

#include <filesystem>
#include <string>

#include "saker/value.hpp"

namespace saker {

// Whole numbers become integers where 64 bits hold them. Throws Error (data) naming `source` and
// the place of what is no JSON, and for nesting deeper than 64.
Value parse_json(const std::string& text, const std::string& source);
// At most max_bytes, see read_text_file.
Value read_json_file(const std::filesystem::path& path,
                     std::uint64_t max_bytes = std::uint64_t{1} << 26);

}  // namespace saker
