#include "train/kept_buffers.hpp"

#include <ATen/ops/_foreach_copy.h>
#include <torch/utils.h>

namespace saker {

KeptBuffers::KeptBuffers(const torch::nn::Module& module) {
  for (const torch::Tensor& buffer : module.buffers()) {
    if (!buffer.defined()) continue;
    buffers_.push_back(buffer);
    copies_.push_back(buffer.detach().clone());
  }
}

void KeptBuffers::keep() {
  const torch::NoGradGuard no_grad;
  if (!buffers_.empty()) at::_foreach_copy_(copies_, buffers_);
}

void KeptBuffers::put_back() {
  const torch::NoGradGuard no_grad;
  if (!buffers_.empty()) at::_foreach_copy_(buffers_, copies_);
}

}  // namespace saker
