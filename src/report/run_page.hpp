// A run as a page: where it stands, its curves, classes, pictures, settings and machine.
#pragma once

#include <string>

#include "report/run_record.hpp"

namespace saker {

// The part of the page that changes while the run goes on.
std::string run_page_body(const RunRecord& run);

// The whole page in one file, see html_page.hpp.
std::string run_page(const RunRecord& run);

}  // namespace saker
