// The images of the golden files.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "tensors/fill_module.hpp"

namespace saker::test {

// [1, 3, height, width]: the fill rule's values in [0, 1), normalised with ImageNet's constants.
inline torch::Tensor normalized_image(const std::string& name,
                                      std::int64_t height,
                                      std::int64_t width) {
  const torch::Tensor mean = torch::tensor({0.485F, 0.456F, 0.406F}).view({1, 3, 1, 1});
  const torch::Tensor std = torch::tensor({0.229F, 0.224F, 0.225F}).view({1, 3, 1, 1});
  return (uniform_tensor(name, {1, 3, height, width}) - mean) / std;
}

}  // namespace saker::test
