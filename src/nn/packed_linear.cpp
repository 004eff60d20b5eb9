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
constexpr std::int64_t kRoundedRows = 96;           // to bfloat16 at a time
constexpr std::int64_t kLine = kCacheLine / sizeof(float);

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
  if (is_available() && !folding_bfloat16_kernel() &&
      can_hold_panels(weight, best_linear_kernel()->panel_width))
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
      bfloat16_(folding_bfloat16_kernel()),
      panels_(std::move(panels)) {
  if (!is_available())
    throw Error(ErrorKind::kInternal, "this processor has no kernel for packed linear layers");
  const std::int64_t width = bfloat16_ ? kBfloat16Width : best_linear_kernel()->panel_width;
  bias_ = torch::zeros({(out_ + width - 1) / width * width});
  if (bias.defined()) bias_.narrow(0, 0, out_).copy_(bias.detach());
  const std::vector<float> scales =
      row_scale.defined() ? plain_values(row_scale) : std::vector<float>();
  if (bfloat16_) {
    pack_bfloat16(plain_tensor(weight), scales);
  } else {
    pack_float32(plain_tensor(weight), scales);
  }
}

void PackedLinear::pack_float32(const torch::Tensor& values, const std::vector<float>& row_scale) {
  const std::int64_t width = best_linear_kernel()->panel_width, panel_size = in_ * width;
  const std::int64_t count = bias_.size(0) / width;
  const bool in_place = panels_.defined();
  if (!in_place) panels_ = torch::empty({count, in_, width});
  const float* const from = values.const_data_ptr<float>();
  float* const to = panels_.mutable_data_ptr<float>();
  parallel_for(count, kLeastPacking / panel_size + 1, [&](std::int64_t begin, std::int64_t end) {
    const auto memory = scratch(in_place ? panel_size : 0);
    for (std::int64_t panel = begin; panel < end; ++panel) {
      const std::int64_t first = panel * width;
      float* const place = to + panel * panel_size;
      float* const packed = in_place ? memory.get() : place;
      pack_panel(from + first * in_,
                 std::min(width, out_ - first),
                 in_,
                 row_scale.empty() ? nullptr : row_scale.data() + first,
                 width,
                 packed);
      if (in_place) std::copy_n(packed, panel_size, place);
    }
  });
}

void PackedLinear::pack_bfloat16(const torch::Tensor& values, const std::vector<float>& row_scale) {
  const std::int64_t width = kBfloat16Width, panel_size = bfloat16_depth(in_) * width;
  const std::int64_t count = bias_.size(0) / width;
  panels_ = torch::empty({count, panel_size}, torch::kBFloat16);
  const float* const from = values.const_data_ptr<float>();
  auto* const to = static_cast<Bfloat16*>(panels_.mutable_data_ptr());
  parallel_for(count, kLeastPacking / panel_size + 1, [&](std::int64_t begin, std::int64_t end) {
    const auto scaled = scratch(row_scale.empty() ? 0 : width * in_);
    for (std::int64_t panel = begin; panel < end; ++panel) {
      const std::int64_t first = panel * width, rows = std::min(width, out_ - first);
      const float* weights = from + first * in_;
      if (!row_scale.empty()) {
        for (std::int64_t i = 0; i < rows * in_; ++i)
          scaled[static_cast<std::size_t>(i)] =
              weights[i] * row_scale[static_cast<std::size_t>(first + i / in_)];
        weights = scaled.get();
      }
      bfloat16_->pack(weights, rows, in_, in_, to + panel * panel_size);
    }
  });
}

void PackedLinear::run(const RowsView& x, bool add, const MutableRows& y) const {
  if (bfloat16_) {
    run_bfloat16(x, add, y);
    return;
  }
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

void PackedLinear::run_bfloat16(const RowsView& x, bool add, const MutableRows& y) const {
  const std::int64_t depth = bfloat16_depth(in_), most = std::min(x.rows, kRoundedRows);
  const std::int64_t readable = (most + kBfloat16Rows - 1) / kBfloat16Rows * kBfloat16Rows;
  const auto memory = scratch(readable * depth / 2);
  auto* const rounded = reinterpret_cast<Bfloat16*>(memory.get());
  const std::int64_t tap = 0;
  for (std::int64_t first = 0; first < x.rows; first += most) {
    const std::int64_t rows = std::min(most, x.rows - first);
    for (std::int64_t i = 0; i < rows; ++i)
      bfloat16_->round(x.data + (first + i) * x.stride, in_, rounded + i * depth);
    bfloat16_->multiply({.data = rounded,
                         .rows = rows,
                         .stride = depth,
                         .taps = &tap,
                         .tap_count = 1,
                         .depth = depth},
                        {.data = static_cast<const Bfloat16*>(panels_.const_data_ptr()),
                         .bias = bias_.const_data_ptr<float>(),
                         .n = out_},
                        activation_,
                        add,
                        y.data + first * y.stride,
                        y.stride);
  }
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
