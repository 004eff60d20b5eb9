#include "detectors/picodet/logit_planes.hpp"

namespace saker {
namespace {

template <typename T>
LevelPlanes<T> planes_of(const torch::Tensor& tensor, T* data) {
  return {.data = data,
          .batch_stride = tensor.stride(0),
          .channel_stride = tensor.stride(1),
          .cells = tensor.size(2) * tensor.size(3)};
}

}  // namespace

BatchLogits::BatchLogits(const std::vector<torch::Tensor>& tensors)
    : images_(tensors.at(0).size(0)), channels_(tensors.at(0).size(1)) {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    torch::Tensor tensor = tensors.at(level).detach();
    const bool gapless = tensor.stride(3) == 1 && tensor.stride(2) == tensor.size(3);
    if (!gapless) tensor = tensor.contiguous();
    levels_[level] = planes_of(tensor, tensor.const_data_ptr<float>());
    kept_.push_back(tensor);
  }
}

BatchGradient::BatchGradient(const std::vector<torch::Tensor>& like, bool zeroed)
    : channels_(like.at(0).size(1)) {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const torch::Tensor tensor =
        zeroed ? torch::zeros(like.at(level).sizes()) : torch::empty(like.at(level).sizes());
    levels_[level] = planes_of(tensor, tensor.data_ptr<float>());
    tensors_.push_back(tensor);
  }
}

}  // namespace saker
