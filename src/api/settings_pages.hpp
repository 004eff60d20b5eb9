// Pages of docs/ that are made from the settings, in Markdown.
#pragma once

#include <string>

namespace saker {

// Every setting with its type, range, default and meaning: docs/settings.md.
std::string settings_page();

// The default transforms of training and validation for each group of models:
// docs/transform-defaults.md.
std::string transform_defaults_page();

}  // namespace saker
