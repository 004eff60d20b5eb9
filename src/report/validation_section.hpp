// The classes of a validation as a part of a page.
#pragma once

#include <string>

#include "saker/value.hpp"

namespace saker {

// validation: what best_validation.json holds, see docs/run-folder.md. What is missing or of
// another type is left out.
std::string validation_section(const Value& validation);

}  // namespace saker
