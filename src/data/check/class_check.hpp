// What is wrong with classes and with how splits relate to each other.
#pragma once

#include <cstdint>
#include <vector>

#include "data/check/findings.hpp"
#include "saker/data_check.hpp"
#include "saker/train.hpp"

namespace saker {

void check_names(const DataArgs& data, Findings& findings);

// Ids of ignore_classes that are neither named nor found; found: sorted.
void check_ignored_classes(const DataArgs& data,
                           const std::vector<std::int64_t>& found,
                           Findings& findings);

// classes: kept ones, parallel to the counts. Splits without images are left out: they were
// reported.
void check_splits(const ClassNames& classes,
                  const std::vector<SplitSummary>& splits,
                  Findings& findings);

}  // namespace saker
