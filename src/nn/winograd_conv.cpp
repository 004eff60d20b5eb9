#include "nn/winograd_conv.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "nn/parallel.hpp"
#include "nn/winograd_kernel.hpp"

namespace saker {
namespace {

constexpr std::int64_t kTile = kWinogradTile, kOutput = kWinogradOutput;
constexpr std::int64_t kValues = kTile * kTile;
// Tiles that are transformed before they are multiplied: enough for the products to be efficient,
// few enough for the processor's caches.
constexpr std::int64_t kMostTiles = 192;
constexpr std::int64_t kLeastTiles = 4;  // worth a thread

// The filter's polynomial at the points of the kernel, divided by what the interpolation leaves
// out: [6, 3].
torch::Tensor filter_transform() {
  const double a = kWinogradNear, b = kWinogradFar, a2 = a * a, b2 = b * b;
  const double at_zero = 1 / (a2 * b2), at_a = 1 / (2 * a2 * (a2 - b2)),
               at_b = 1 / (2 * b2 * (b2 - a2));
  return torch::tensor({{at_zero, 0.0, 0.0},
                        {at_a, at_a * a, at_a * a2},
                        {at_a, -at_a * a, at_a * a2},
                        {at_b, at_b * b, at_b * b2},
                        {at_b, -at_b * b, at_b * b2},
                        {0.0, 0.0, 1.0}},
                       torch::kFloat64);
}

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

WinogradConv::WinogradConv(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor g = filter_transform();
  const std::int64_t out = weight.size(0), in = weight.size(1);
  const torch::Tensor filters = weight.detach().to(torch::kFloat64).reshape({out * in, -1});
  // G f G^T of every filter f [3, 3] at once, as a product with the values of f in a row.
  const torch::Tensor transformed =
      torch::mm(torch::kron(g, g), filters.t()).view({kValues, out, in});
  for (std::int64_t p = 0; p < kValues; ++p)
    products_.emplace_back(transformed.select(0, p), torch::Tensor());
  bias_.resize(static_cast<std::size_t>(weight.size(0)));
  if (!bias.defined()) return;
  const torch::Tensor source = bias.detach().to(torch::kFloat32).contiguous();
  std::copy_n(source.const_data_ptr<float>(), bias_.size(), bias_.begin());
}

torch::Tensor WinogradConv::operator()(const torch::Tensor& x) const {
  const torch::Tensor input = x.contiguous(torch::MemoryFormat::ChannelsLast);
  const std::int64_t in = input.size(1), out = products_.front().out();
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
        products_[static_cast<std::size_t>(p)].write(
            {.data = transformed + p * most * in, .rows = tiles, .stride = in},
            {.data = multiplied + p * most * out, .stride = out});
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
