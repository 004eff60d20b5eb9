#include "api/run_config.hpp"

#include <filesystem>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/yaml.hpp"
#include "core/yaml_writer.hpp"
#include "saker/error.hpp"

namespace saker {

std::string checkpoint_of_run(const RunFolder& folder) {
  if (!std::filesystem::exists(folder.config())) return {};
  try {
    const Value config = read_yaml_file(folder.config());
    const Value* checkpoint = config.find("checkpoint");
    return checkpoint != nullptr && checkpoint->is_string() ? checkpoint->as_string() : "";
  } catch (const Error&) {
    // A user may have edited it; the run's last checkpoint holds all that it needs to go on.
    return {};
  }
}

void write_run_config(const RunFolder& folder, Value resolved) {
  resolved["resume_interrupted"] = false;
  resolved["overwrite"] = false;
  write_file_atomically(folder.config(), to_yaml(resolved));
}

}  // namespace saker
