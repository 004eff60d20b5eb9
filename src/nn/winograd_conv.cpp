#include "nn/winograd_conv.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "nn/linear_kernel.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/winograd_kernel.hpp"

namespace saker {
namespace {

constexpr std::int64_t kTile = kWinogradTile, kOutput = kWinogradOutput;
constexpr std::int64_t kValues = kTile * kTile;
// Tiles that are transformed before they are multiplied: enough for the products to be efficient,
// few enough for the processor's caches.
constexpr std::int64_t kMostTiles = 192;
constexpr std::int64_t kLeastTiles = 4;          // worth a thread
constexpr std::int64_t kLeastFilters = 1 << 12;  // worth a thread

constexpr std::int64_t kFilter = 3;  // its side
constexpr std::int64_t kFilterValues = kFilter * kFilter;

const LinearKernel& products_kernel() { return *linear_kernel(best_processor_level()); }

// The filter's polynomial at the points of the kernel, divided by what the interpolation leaves
// out.
using FilterTransform = std::array<std::array<double, kFilter>, kTile>;

FilterTransform filter_transform() {
  const double a = kWinogradNear, b = kWinogradFar, a2 = a * a, b2 = b * b;
  const double at_zero = 1 / (a2 * b2), at_a = 1 / (2 * a2 * (a2 - b2)),
               at_b = 1 / (2 * b2 * (b2 - a2));
  return {{{at_zero, 0.0, 0.0},
           {at_a, at_a * a, at_a * a2},
           {at_a, -at_a * a, at_a * a2},
           {at_b, at_b * b, at_b * b2},
           {at_b, -at_b * b, at_b * b2},
           {0.0, 0.0, 1.0}}};
}

// G f G^T of the filters f of up to `width` outputs and one input, in double precision.
class FilterPanel {
 public:
  explicit FilterPanel(std::int64_t width)
      : width_(width),
        values_(static_cast<std::size_t>(kFilterValues * width)),
        half_(static_cast<std::size_t>(kTile * kFilter * width)) {}

  // filters: of the first of `rows` outputs, which are `stride` apart. Writes the values of point p
  // to to[p] + offset, those of missing outputs as zeros.
  void transform(const float* filters,
                 std::int64_t rows,
                 std::int64_t stride,
                 const std::array<float*, kValues>& to,
                 std::int64_t offset) {
    for (std::int64_t c = 0; c < rows; ++c) {
      for (std::int64_t k = 0; k < kFilterValues; ++k)
        values_[static_cast<std::size_t>(k * width_ + c)] = filters[c * stride + k];
    }
    for (std::int64_t i = 0; i < kTile; ++i) {
      for (std::int64_t k = 0; k < kFilter; ++k) {
        combine(i, values(k), kFilter * width_, half_.data() + (i * kFilter + k) * width_);
      }
    }
    for (std::int64_t i = 0; i < kTile; ++i) {
      for (std::int64_t j = 0; j < kTile; ++j) {
        float* const point = to[static_cast<std::size_t>(i * kTile + j)];
        combine(j, half_.data() + i * kFilter * width_, width_, point + offset);
      }
    }
  }

 private:
  const double* values(std::int64_t k) const { return values_.data() + k * width_; }

  // Row i of G with three vectors that are `stride` apart.
  template <class Value>
  void combine(std::int64_t i, const double* from, std::int64_t stride, Value* to) const {
    const auto& row = transform_[static_cast<std::size_t>(i)];
    for (std::int64_t c = 0; c < width_; ++c) {
      to[c] = static_cast<Value>(row[0] * from[c] + row[1] * from[stride + c] +
                                 row[2] * from[2 * stride + c]);
    }
  }

  FilterTransform transform_ = filter_transform();
  std::int64_t width_;
  std::vector<double> values_, half_;  // [3, 3, width] and [6, 3, width]
};

std::int64_t tiles_along(std::int64_t size) { return (size + kOutput - 1) / kOutput; }

// Images of channels-last pixels, cut into tiles.
struct Tiling {
  std::int64_t height, width, rows, columns;

  explicit Tiling(const torch::Tensor& x)
      : height(x.size(2)),
        width(x.size(3)),
        rows(tiles_along(height)),
        columns(tiles_along(width)) {}

  // Calls pixel(k, index or -1) for the pixels of a square of `side` that begins `before` pixels
  // above and to the left of tile t's outputs; index counts the pixels of all images.
  template <class Pixel>
  void for_each_pixel(std::int64_t t,
                      std::int64_t side,
                      std::int64_t before,
                      const Pixel& pixel) const {
    const std::int64_t image = t / (rows * columns);
    const std::int64_t top = t / columns % rows * kOutput - before;
    const std::int64_t left = t % columns * kOutput - before;
    for (std::int64_t k = 0; k < side * side; ++k) {
      const std::int64_t y = top + k / side, x = left + k % side;
      const bool inside = y >= 0 && y < height && x >= 0 && x < width;
      pixel(static_cast<std::size_t>(k), inside ? (image * height + y) * width + x : -1);
    }
  }
};

}  // namespace

WinogradConv::WinogradConv(const torch::Tensor& weight, const torch::Tensor& bias)
    : in_(weight.size(1)), out_(weight.size(0)), bias_(static_cast<std::size_t>(out_)) {
  const std::int64_t width = products_kernel().panel_width;
  const std::int64_t panels = (out_ + width - 1) / width, stride = in_ * kFilterValues;
  zeros_.resize(static_cast<std::size_t>(panels * width));
  std::array<float*, kValues> to{};
  for (float*& point : to) {
    panels_.push_back(torch::empty({panels, in_, width}));
    point = panels_.back().mutable_data_ptr<float>();
  }
  const torch::Tensor filters = plain_tensor(weight);
  const float* const from = filters.const_data_ptr<float>();
  parallel_for(panels * in_, kLeastFilters / width, [&](std::int64_t begin, std::int64_t end) {
    FilterPanel transformed(width);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i / in_ * width, j = i % in_;
      transformed.transform(from + first * stride + j * kFilterValues,
                            std::min(width, out_ - first),
                            stride,
                            to,
                            i * width);
    }
  });
  if (!bias.defined()) return;
  const torch::Tensor source = plain_tensor(bias);
  std::copy_n(source.const_data_ptr<float>(), bias_.size(), bias_.begin());
}

torch::Tensor WinogradConv::operator()(const torch::Tensor& x) const {
  const torch::Tensor input = x.contiguous(torch::MemoryFormat::ChannelsLast);
  const std::int64_t in = in_, out = out_;
  const Tiling tiling(input);
  const std::int64_t count = input.size(0) * tiling.rows * tiling.columns;
  torch::Tensor output = at::empty({input.size(0), out, tiling.height, tiling.width},
                                   input.options(),
                                   torch::MemoryFormat::ChannelsLast);
  const std::int64_t most = std::min(count, kMostTiles);
  torch::Tensor values = at::empty({kValues, most, in}, input.options());
  torch::Tensor products = at::empty({kValues, most, out}, input.options());
  const std::vector<float> outside(static_cast<std::size_t>(in));

  const WinogradKernel& kernel = winograd_kernel(best_processor_level());
  const float* const from = input.const_data_ptr<float>();
  float* const transformed = values.mutable_data_ptr<float>();
  float* const multiplied = products.mutable_data_ptr<float>();
  float* const to = output.mutable_data_ptr<float>();
  for (std::int64_t first = 0; first < count; first += most) {
    const std::int64_t tiles = std::min(most, count - first);
    parallel_for(tiles, kLeastTiles, [&](std::int64_t begin, std::int64_t end) {
      std::array<const float*, kValues> pixels;
      for (std::int64_t t = begin; t < end; ++t) {
        tiling.for_each_pixel(first + t, kTile, 1, [&](std::size_t k, std::int64_t index) {
          pixels[k] = index < 0 ? outside.data() : from + index * in;
        });
        kernel.transform_input(pixels.data(), in, transformed + t * in, most * in);
      }
    });
    parallel_for(kValues, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        products_kernel().multiply(
            {.data = transformed + p * most * in, .rows = tiles, .stride = in},
            {.data = panels_[static_cast<std::size_t>(p)].const_data_ptr<float>(),
             .bias = zeros_.data(),
             .n = out,
             .k = in},
            Activation::kNone,
            /*add=*/false,
            multiplied + p * most * out,
            out);
      }
    });
    parallel_for(tiles, kLeastTiles, [&](std::int64_t begin, std::int64_t end) {
      std::array<float*, kOutput * kOutput> pixels;
      for (std::int64_t t = begin; t < end; ++t) {
        tiling.for_each_pixel(first + t, kOutput, 0, [&](std::size_t k, std::int64_t index) {
          pixels[k] = index < 0 ? nullptr : to + index * out;
        });
        kernel.transform_output(multiplied + t * out, most * out, bias_.data(), out, pixels.data());
      }
    });
  }
  return output;
}

}  // namespace saker
