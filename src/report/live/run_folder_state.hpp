// Whether a run folder has changed.
#pragma once

#include <filesystem>
#include <string>

namespace saker {

// A text that is another one when a file that the page shows has another size or time. Never throws
// for what is missing.
std::string run_folder_state(const std::filesystem::path& folder);

}  // namespace saker
