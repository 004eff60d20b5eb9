#include "weights/cache_folder.hpp"

#include <string>

#include "core/environment.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::filesystem::path variable(const char* name) { return environment(name).value_or(""); }

}  // namespace

std::filesystem::path cache_folder() {
  if (const auto folder = variable("SAKER_CACHE_DIR"); !folder.empty()) {
    return std::filesystem::absolute(folder);
  }
  // The XDG specification tells to ignore a path that is not absolute.
  if (const auto folder = variable("XDG_CACHE_HOME"); folder.is_absolute()) return folder / "saker";
  if (const auto home = variable("HOME"); !home.empty()) return home / ".cache" / "saker";
  throw Error(ErrorKind::kUsage,
              "neither SAKER_CACHE_DIR nor HOME is set; set SAKER_CACHE_DIR to the folder where "
              "downloaded weights are to be kept");
}

}  // namespace saker
