// The version of the library, semantic (major.minor.patch).
#pragma once

namespace saker {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace saker
