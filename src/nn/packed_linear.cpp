#include "nn/packed_linear.hpp"

#include <algorithm>

#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kLeastLinearWork = 1 << 17;  // multiplications worth a thread
constexpr std::int64_t kLeastPacking = 1 << 16;     // values worth a thread

const LinearKernel* best_linear_kernel() { return linear_kernel(best_processor_level()); }

}  // namespace

bool PackedLinear::is_available() { return best_linear_kernel() != nullptr; }

PackedLinear::PackedLinear(const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           Activation activation)
    : in_(weight.size(1)), out_(weight.size(0)), activation_(activation) {
  if (!is_available())
    throw Error(ErrorKind::kInternal, "this processor has no kernel for packed linear layers");
  const std::int64_t width = best_linear_kernel()->panel_width;
  const std::int64_t panels = (out_ + width - 1) / width;
  panels_ = torch::empty({panels, in_, width});
  bias_ = torch::zeros({panels * width});
  const torch::Tensor values = plain_tensor(weight);
  const float* const from = values.const_data_ptr<float>();
  float* const to = panels_.mutable_data_ptr<float>();
  parallel_for(
      panels, kLeastPacking / (in_ * width) + 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t panel = begin; panel < end; ++panel) {
          const std::int64_t first = panel * width, rows = std::min(width, out_ - first);
          for (std::int64_t j = 0; j < in_; ++j) {
            float* const row = to + (panel * in_ + j) * width;
            for (std::int64_t c = 0; c < rows; ++c) row[c] = from[(first + c) * in_ + j];
            std::fill(row + rows, row + width, 0.0F);
          }
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
