#include "nn/packed_linear.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kLeastLinearWork = 1 << 17;  // multiplications worth a thread
constexpr std::int64_t kLeastPacking = 1 << 16;     // values worth a thread
constexpr std::int64_t kLine = static_cast<std::int64_t>(kCacheLine) / sizeof(float);

const LinearKernel* best_linear_kernel() { return linear_kernel(best_processor_level()); }

// Whether panels of `width` outputs can take the place of the weight in its memory.
bool can_hold_panels(const torch::Tensor& weight, std::int64_t width) {
  return is_plain_float(weight) && weight.is_contiguous() && weight.size(0) % width == 0 &&
         weight.storage_offset() == 0 && weight.nbytes() == weight.storage().nbytes() &&
         weight.storage().use_count() == 1 &&
         reinterpret_cast<std::uintptr_t>(weight.const_data_ptr()) %
                 static_cast<std::size_t>(kCacheLine) ==
             0;
}

// `rows` rows of `in` values as a panel [in][width]. By lines of the cache, since rows whose
// distance is a large power of two share few places in it.
void pack_panel(const float* from,
                std::int64_t rows,
                std::int64_t in,
                const float* row_scale,
                std::int64_t width,
                float* to) {
  if (rows < width) std::fill_n(to, in * width, 0.0F);
  for (std::int64_t first = 0; first < in; first += kLine) {
    const std::int64_t end = std::min(first + kLine, in);
    for (std::int64_t c = 0; c < rows; ++c) {
      const float scale = row_scale == nullptr ? 1.0F : row_scale[c];
      for (std::int64_t j = first; j < end; ++j) to[j * width + c] = from[c * in + j] * scale;
    }
  }
}

}  // namespace

bool PackedLinear::is_available() { return best_linear_kernel() != nullptr; }

PackedLinear::PackedLinear(const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           Activation activation)
    : PackedLinear(weight, bias, activation, /*row_scale=*/{}, /*panels=*/{}) {}

PackedLinear PackedLinear::taking(torch::Tensor& weight,
                                  const torch::Tensor& bias,
                                  Activation activation,
                                  const torch::Tensor& row_scale) {
  torch::Tensor panels;
  if (is_available() && can_hold_panels(weight, best_linear_kernel()->panel_width))
    panels = weight.detach();
  PackedLinear packed(weight, bias, activation, row_scale, std::move(panels));
  weight.set_data(torch::empty({0}, weight.options()));
  return packed;
}

PackedLinear::PackedLinear(const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           Activation activation,
                           const torch::Tensor& row_scale,
                           torch::Tensor panels)
    : in_(weight.size(1)),
      out_(weight.size(0)),
      activation_(activation),
      panels_(std::move(panels)) {
  if (!is_available())
    throw Error(ErrorKind::kInternal, "this processor has no kernel for packed linear layers");
  const std::int64_t width = best_linear_kernel()->panel_width;
  const std::int64_t count = (out_ + width - 1) / width;
  const bool in_place = panels_.defined();
  if (!in_place) panels_ = torch::empty({count, in_, width});
  bias_ = torch::zeros({count * width});
  const torch::Tensor values = plain_tensor(weight);
  const std::vector<float> scales =
      row_scale.defined() ? plain_values(row_scale) : std::vector<float>();
  const float* const from = values.const_data_ptr<float>();
  float* const to = panels_.mutable_data_ptr<float>();
  const std::int64_t panel_size = in_ * width;
  parallel_for(count, kLeastPacking / panel_size + 1, [&](std::int64_t begin, std::int64_t end) {
    const auto memory = scratch(in_place ? panel_size : 0);
    for (std::int64_t panel = begin; panel < end; ++panel) {
      const std::int64_t first = panel * width;
      float* const place = to + panel * panel_size;
      float* const packed = in_place ? memory.get() : place;
      pack_panel(from + first * in_,
                 std::min(width, out_ - first),
                 in_,
                 scales.empty() ? nullptr : scales.data() + first,
                 width,
                 packed);
      if (in_place) std::copy_n(packed, panel_size, place);
    }
  });
  if (bias.defined()) bias_.narrow(0, 0, out_).copy_(bias.detach());
}

void PackedLinear::run(const RowsView& x, bool add, const MutableRows& y) const {
  best_linear_kernel()->multiply(x,
                                 {.data = panels_.const_data_ptr<float>(),
                                  .bias = bias_.const_data_ptr<float>(),
                                  .n = out_,
                                  .k = in_},
                                 activation_,
                                 add,
                                 y.data,
                                 y.stride);
}

torch::Tensor PackedLinear::operator()(const torch::Tensor& x) const {
  const torch::Tensor rows = x.contiguous();
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = out_;
  torch::Tensor result = at::empty(shape, x.options());
  const float* const from = rows.const_data_ptr<float>();
  float* const to = result.mutable_data_ptr<float>();
  parallel_for(x.numel() / in_,
               kLeastLinearWork / (in_ * out_) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 write({.data = from + begin * in_, .rows = end - begin, .stride = in_},
                       {.data = to + begin * out_, .stride = out_});
               });
  return result;
}

}  // namespace saker
