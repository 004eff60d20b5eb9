#include "nn/bfloat16_conv.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

constexpr std::int64_t kPixels = 96;       // that are computed together
constexpr std::int64_t kLeastPixels = 32;  // worth a thread

// Images of bfloat16 pixels, one behind the other, with a border of zeros.
struct PaddedImages {
  PaddedImages(const torch::Tensor& x, std::int64_t border)
      : border(border),
        height(x.size(2)),
        width(x.size(3)),
        line(width + 2 * border),
        pixels(x.size(0) * (height + 2 * border) * line),
        depth(bfloat16_depth(x.size(1))),
        // Rows of the products begin at up to kPixels places behind the last output's.
        values(
            torch::zeros({pixels + 2 * border * (line + 1) + kPixels, depth}, torch::kBFloat16)) {}

  Bfloat16* data() { return static_cast<Bfloat16*>(values.mutable_data_ptr()); }

  std::int64_t border, height, width, line, pixels, depth;
  torch::Tensor values;
};

PaddedImages padded(const Bfloat16Kernel& kernel, const torch::Tensor& x, std::int64_t border) {
  PaddedImages images(x, border);
  const torch::Tensor source = x.contiguous(torch::MemoryFormat::ChannelsLast);
  const float* const from = source.const_data_ptr<float>();
  Bfloat16* const to = images.data();
  const std::int64_t channels = x.size(1);
  parallel_for(x.size(0) * images.height, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t above = row + border * (2 * (row / images.height) + 1);
      for (std::int64_t i = 0; i < images.width; ++i) {
        kernel.round(from + (row * images.width + i) * channels,
                     channels,
                     to + (above * images.line + border + i) * images.depth);
      }
    }
  });
  return images;
}

}  // namespace

Bfloat16Conv::Bfloat16Conv(const Bfloat16Kernel& kernel,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           Activation activation)
    : kernel_(&kernel),
      in_(weight.size(1)),
      out_(weight.size(0)),
      side_(weight.size(2)),
      activation_(activation) {
  const std::int64_t count = (out_ + kBfloat16Width - 1) / kBfloat16Width, taps = side_ * side_;
  const std::int64_t part = bfloat16_depth(in_) * kBfloat16Width;
  panels_ = torch::empty({count, taps, part}, torch::kBFloat16);
  bias_ = torch::zeros({count * kBfloat16Width});
  if (bias.defined()) bias_.narrow(0, 0, out_).copy_(bias.detach());
  const torch::Tensor by_tap = plain_tensor(weight.permute({2, 3, 0, 1}));  // [k, k, out, in]
  const float* const from = by_tap.const_data_ptr<float>();
  auto* const to = static_cast<Bfloat16*>(panels_.mutable_data_ptr());
  parallel_for(count * taps, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i / taps * kBfloat16Width, tap = i % taps;
      kernel_->pack(from + (tap * out_ + first) * in_,
                    std::min(kBfloat16Width, out_ - first),
                    in_,
                    in_,
                    to + i * part);
    }
  });
}

torch::Tensor Bfloat16Conv::operator()(const torch::Tensor& x) const {
  PaddedImages images = padded(*kernel_, x, side_ / 2);
  std::vector<std::int64_t> taps;
  for (std::int64_t i = 0; i < side_ * side_; ++i)
    taps.push_back((i / side_ * images.line + i % side_) * images.depth);
  torch::Tensor y = at::empty({x.size(0), out_, images.height, images.width},
                              x.options(),
                              torch::MemoryFormat::ChannelsLast);
  float* const to = y.mutable_data_ptr<float>();
  // A place in the padded images is that of an output pixel's upper left neighbour; those of the
  // border have none.
  parallel_for(images.pixels, kLeastPixels, [&](std::int64_t begin, std::int64_t end) {
    const auto results = scratch(kPixels * out_);
    for_even_runs(begin, end, kPixels, [&](std::int64_t first, std::int64_t count) {
      kernel_->multiply({.data = images.data() + first * images.depth,
                         .rows = count,
                         .stride = images.depth,
                         .taps = taps.data(),
                         .tap_count = static_cast<std::int64_t>(taps.size()),
                         .depth = images.depth},
                        {.data = static_cast<const Bfloat16*>(panels_.const_data_ptr()),
                         .bias = bias_.const_data_ptr<float>(),
                         .n = out_},
                        activation_,
                        /*add=*/false,
                        results.get(),
                        out_);
      const std::int64_t lines = images.height + 2 * images.border;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t line = (first + i) / images.line, column = (first + i) % images.line;
        const std::int64_t image = line / lines, row = line % lines;
        if (row >= images.height || column >= images.width) continue;
        std::copy_n(results.get() + i * out_,
                    out_,
                    to + ((image * images.height + row) * images.width + column) * out_);
      }
    });
  });
  return y;
}

}  // namespace saker
