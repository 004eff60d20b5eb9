// Detectors with the weights of the golden files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "detectors/ltdetr/ltdetr.hpp"

namespace saker::test {

// Classes 0 .. count-1.
ClassNames numbered_classes(std::int64_t count);

// The detector of that name with weights of the fill rule, in evaluation mode.
std::shared_ptr<Ltdetr> golden_ltdetr(const std::string& name,
                                      std::int64_t classes,
                                      ImageSize size,
                                      const LtdetrOptions& options = {});

// The detector of that name as for loading: its weights hold nothing of meaning.
std::shared_ptr<Ltdetr> uninitialized_ltdetr(const std::string& name,
                                             std::int64_t classes,
                                             std::optional<ImageSize> size = {},
                                             const LtdetrOptions& options = {});

// Rows of `values` [1, Q, ...] in the order in which `expected` [1, Q] lists the queries that
// `actual` [1, Q] has; an undefined tensor when the sets differ.
torch::Tensor in_query_order(const torch::Tensor& values,
                             const torch::Tensor& actual,
                             const torch::Tensor& expected);

}  // namespace saker::test
