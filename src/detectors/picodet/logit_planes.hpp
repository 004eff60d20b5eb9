// Head outputs as plain float planes: what the assigners and the criteria read and write.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/picodet/head_outputs.hpp"
#include "detectors/picodet/prior.hpp"

namespace saker {

// The planes [h, w] of one level; channel c of image b starts at data + b * batch_stride +
// c * channel_stride.
template <typename T>
struct LevelPlanes {
  T* data = nullptr;
  std::int64_t batch_stride = 0;
  std::int64_t channel_stride = 0;
  std::int64_t cells = 0;  // h * w

  T* plane(std::int64_t image, std::int64_t channel) const {
    return data + image * batch_stride + channel * channel_stride;
  }
};

// The logits of one kind (classes or sides) of one image of a batch.
template <typename T>
struct ImagePlanes {
  const std::array<LevelPlanes<T>, kPicoDetLevels>* levels = nullptr;
  std::int64_t image = 0;
  std::int64_t channels = 0;

  T& at(const Prior& prior, std::int64_t channel) const {
    return (*levels)[static_cast<std::size_t>(prior.level)].plane(image, channel)[prior.cell];
  }
};
using ImageLogits = ImagePlanes<const float>;

// The four levels of a batch; owns what it points at, which is the caller's memory where the planes
// lie there without gaps, and otherwise a copy.
class BatchLogits {
 public:
  // tensors: one a level, [B, channels, h, w] float32 on the CPU.
  explicit BatchLogits(const std::vector<torch::Tensor>& tensors);
  BatchLogits(const BatchLogits&) = delete;
  BatchLogits& operator=(const BatchLogits&) = delete;

  std::int64_t images() const noexcept { return images_; }
  std::int64_t channels() const noexcept { return channels_; }
  const std::array<LevelPlanes<const float>, kPicoDetLevels>& levels() const { return levels_; }
  ImageLogits image(std::int64_t index) const { return {&levels_, index, channels_}; }

 private:
  std::vector<torch::Tensor> kept_;
  std::array<LevelPlanes<const float>, kPicoDetLevels> levels_;
  std::int64_t images_ = 0;
  std::int64_t channels_ = 0;
};

// Tensors of the same shapes, row-major, to be filled with a gradient.
class BatchGradient {
 public:
  // zeroed: with zeros; otherwise with anything, to be overwritten.
  BatchGradient(const std::vector<torch::Tensor>& like, bool zeroed);
  BatchGradient(const BatchGradient&) = delete;
  BatchGradient& operator=(const BatchGradient&) = delete;

  const std::array<LevelPlanes<float>, kPicoDetLevels>& levels() const { return levels_; }
  ImagePlanes<float> image(std::int64_t index) const { return {&levels_, index, channels_}; }
  const std::vector<torch::Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<torch::Tensor> tensors_;
  std::array<LevelPlanes<float>, kPicoDetLevels> levels_;
  std::int64_t channels_ = 0;
};

}  // namespace saker
