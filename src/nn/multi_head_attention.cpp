#include "nn/multi_head_attention.hpp"

#include <optional>
#include <vector>

#include "nn/linear_product.hpp"

namespace saker {

MultiHeadAttentionImpl::MultiHeadAttentionImpl(std::int64_t width, std::int64_t heads)
    : width_(width), heads_(heads) {
  in_proj_weight = register_parameter("in_proj_weight", torch::empty({3 * width, width}));
  in_proj_bias = register_parameter("in_proj_bias", torch::empty({3 * width}));
  out_proj = register_module("out_proj", Linear(width, width));
}

torch::Tensor MultiHeadAttentionImpl::forward(const torch::Tensor& query_key,
                                              const torch::Tensor& value,
                                              const torch::Tensor& sees) const {
  const auto project = [&](const FoldedLinear& folded,
                           const torch::Tensor& x,
                           std::int64_t first,
                           std::int64_t parts) {
    const torch::Tensor y = folded ? folded(x)
                                   : linear_product(x,
                                                    in_proj_weight.narrow(0, first, parts * width_),
                                                    in_proj_bias.narrow(0, first, parts * width_));
    return y.unflatten(-1, {parts, heads_, width_ / heads_}).unbind(2);  // [B, T, M, C] each
  };
  const std::vector<torch::Tensor> qk = project(folded_query_key_, query_key, 0, 2);
  const std::vector<torch::Tensor> v = project(folded_value_, value, 2 * width_, 1);
  const torch::Tensor attended =
      at::scaled_dot_product_attention(qk[0].transpose(1, 2),
                                       qk[1].transpose(1, 2),
                                       v[0].transpose(1, 2),
                                       sees.defined() ? std::make_optional(sees) : std::nullopt);
  const torch::Tensor joined = attended.transpose(1, 2).flatten(2);
  return folded_out_ ? folded_out_(joined) : out_proj->forward(joined);
}

void MultiHeadAttentionImpl::fold() {
  folded_query_key_ =
      FoldedLinear(in_proj_weight.narrow(0, 0, 2 * width_), in_proj_bias.narrow(0, 0, 2 * width_));
  folded_value_ = FoldedLinear(in_proj_weight.narrow(0, 2 * width_, width_),
                               in_proj_bias.narrow(0, 2 * width_, width_));
  folded_out_ = FoldedLinear(*out_proj);
  parameters_.clear();
  unregister_module("out_proj");
  in_proj_weight = in_proj_bias = torch::Tensor();
  out_proj = nullptr;
}

}  // namespace saker
