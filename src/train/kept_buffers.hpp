// A module's buffers, such as the running statistics of batch norms, as they were before a step.
//
// Forward passes change them at once, unlike weights: a step that breaks off puts them back.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <vector>

namespace saker {

class KeptBuffers {
 public:
  // Takes memory for a copy of each buffer. The module keeps its buffers, which only change in
  // place.
  explicit KeptBuffers(const torch::nn::Module& module);

  void keep();
  // Back to the values of the last keep().
  void put_back();

 private:
  std::vector<torch::Tensor> buffers_;
  std::vector<torch::Tensor> copies_;
};

}  // namespace saker
