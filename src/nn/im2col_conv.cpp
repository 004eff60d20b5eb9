#include "nn/im2col_conv.hpp"

#include <torch/utils.h>

#include <algorithm>

#include "nn/parallel.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

constexpr std::int64_t kPixels = 96;       // outputs that are gathered for together
constexpr std::int64_t kLeastPixels = 32;  // worth a thread

// A square of channels-last pixels; those outside of the image are zeros.
class Window {
 public:
  Window(const torch::Tensor& x, std::int64_t side)
      : height_(x.size(2)), width_(x.size(3)), channels_(x.size(1)), side_(side) {}

  // From the image's pixels, with the corner at (top, left), row by row.
  void copy(const float* image, std::int64_t top, std::int64_t left, float* to) const {
    const std::int64_t begin = std::clamp<std::int64_t>(-left, 0, side_),
                       end = std::clamp<std::int64_t>(width_ - left, begin, side_);
    for (std::int64_t row = top; row < top + side_; ++row, to += side_ * channels_) {
      const bool inside = row >= 0 && row < height_;
      const std::int64_t first = inside ? begin : side_, last = inside ? end : side_;
      std::fill_n(to, first * channels_, 0.0F);
      if (first < last) {
        std::copy_n(image + (row * width_ + left + first) * channels_,
                    (last - first) * channels_,
                    to + first * channels_);
      }
      std::fill(to + last * channels_, to + side_ * channels_, 0.0F);
    }
  }

 private:
  std::int64_t height_, width_, channels_, side_;
};

}  // namespace

Im2colConv::Im2colConv(const torch::Tensor& weight,
                       const torch::Tensor& bias,
                       std::int64_t stride,
                       std::int64_t padding,
                       Activation activation)
    : side_(weight.size(2)),
      stride_(stride),
      padding_(padding),
      linear_(weight.permute({0, 2, 3, 1}).flatten(1), bias, activation) {}

torch::Tensor Im2colConv::operator()(const torch::Tensor& x) const {
  const torch::Tensor input = x.contiguous(torch::MemoryFormat::ChannelsLast);
  const std::int64_t batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  const auto outputs = [&](std::int64_t size) {
    return (size + 2 * padding_ - side_) / stride_ + 1;
  };
  const std::int64_t rows = outputs(height), columns = outputs(width);
  torch::Tensor y = at::empty(
      {batch, linear_.out(), rows, columns}, x.options(), torch::MemoryFormat::ChannelsLast);
  const Window window(input, side_);
  const float* const from = input.const_data_ptr<float>();
  float* const to = y.mutable_data_ptr<float>();
  parallel_for(batch * rows * columns, kLeastPixels, [&](std::int64_t begin, std::int64_t end) {
    const auto gathered = scratch(kPixels * linear_.in());
    for_even_runs(begin, end, kPixels, [&](std::int64_t first, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t row = (first + i) / columns, column = (first + i) % columns;
        window.copy(from + row / rows * height * width * channels,
                    row % rows * stride_ - padding_,
                    column * stride_ - padding_,
                    gathered.get() + i * linear_.in());
      }
      linear_.write({gathered.get(), count, linear_.in()},
                    {to + first * linear_.out(), linear_.out()});
    });
  });
  return y;
}

}  // namespace saker
