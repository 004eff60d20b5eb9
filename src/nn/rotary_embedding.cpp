#include "nn/rotary_embedding.hpp"

#include <torch/utils.h>

#include <numbers>

namespace saker {
namespace {

// 2 (i + 0.5) / count - 1, for i = 0 .. count - 1.
torch::Tensor coordinates(std::int64_t count, const torch::TensorOptions& options) {
  return torch::arange(count, options).add(0.5).div(static_cast<double>(count)).mul(2).sub(1);
}

}  // namespace

RotaryEmbeddingImpl::RotaryEmbeddingImpl(std::int64_t head_dim, double base) {
  const std::int64_t count = head_dim / 4;
  const torch::Tensor exponents =
      torch::arange(count, torch::kFloat32).mul(2).div(static_cast<double>(head_dim / 2));
  periods = register_buffer("periods", torch::pow(base, exponents));
}

RotaryTable RotaryEmbeddingImpl::compute(std::int64_t height,
                                         std::int64_t width,
                                         std::int64_t leading,
                                         double scale) const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor p = periods.to(torch::kFloat32);
  const torch::Tensor y = coordinates(height, p.options()).mul(scale);
  const torch::Tensor x = coordinates(width, p.options()).mul(scale);
  const std::int64_t count = p.size(0);
  // [h, 1, count] and [1, w, count]
  const torch::Tensor by_row = y.mul(2 * std::numbers::pi).view({height, 1, 1}) / p;
  const torch::Tensor by_column = x.mul(2 * std::numbers::pi).view({1, width, 1}) / p;
  const torch::Tensor angles =
      torch::cat({by_row.expand({height, width, count}), by_column.expand({height, width, count})},
                 -1)
          .view({height * width, 2 * count})
          .repeat({1, 2});
  const torch::Tensor none = torch::zeros({leading, 4 * count}, p.options());
  const torch::Tensor all = torch::cat({none, angles});
  return {all.cos(), all.sin()};
}

RotaryTable RotaryEmbeddingImpl::table(std::int64_t height,
                                       std::int64_t width,
                                       std::int64_t leading,
                                       double scale) {
  if (scale != 1) return compute(height, width, leading, scale);
  const bool same_size = height == kept_height_ && width == kept_width_ && leading == kept_leading_;
  const auto version = static_cast<std::int64_t>(periods.is_inference() ? 0 : periods._version());
  if (!same_size || periods.const_data_ptr() != kept_periods_ || version != kept_version_) {
    kept_ = compute(height, width, leading, 1);
    kept_periods_ = periods.const_data_ptr();
    kept_version_ = version;
    kept_height_ = height;
    kept_width_ = width;
    kept_leading_ = leading;
  }
  return kept_;
}

torch::Tensor rotate(const torch::Tensor& v, const RotaryTable& table) {
  const std::int64_t tokens = v.size(1), head_dim = v.size(-1);
  std::vector<std::int64_t> shape(static_cast<std::size_t>(v.dim() - 1), 1);
  shape.front() = tokens;
  shape.back() = head_dim;
  const torch::Tensor cos = table.cos.view(shape), sin = table.sin.view(shape);
  const torch::Tensor exact = v.to(torch::kFloat32);
  const std::vector<torch::Tensor> halves = exact.chunk(2, -1);
  const torch::Tensor turned = torch::cat({halves[1].neg(), halves[0]}, -1);
  return (exact * cos + turned * sin).to(v.scalar_type());
}

}  // namespace saker
