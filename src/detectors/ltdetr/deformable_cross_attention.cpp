#include "detectors/ltdetr/deformable_cross_attention.hpp"

#include <torch/utils.h>

#include <numeric>

#include "nn/deformable_attention.hpp"

namespace saker {
namespace {

constexpr double kOffsetScale = 0.5;  // of the box's sides

}  // namespace

DeformableCrossAttentionImpl::DeformableCrossAttentionImpl(
    const DeformableCrossAttentionOptions& options)
    : options_(options),
      level_points_(options.points.begin(), options.points.end()),
      head_points_(std::accumulate(level_points_.begin(), level_points_.end(), std::int64_t{0})) {
  std::vector<torch::Tensor> scales;
  for (const std::int64_t points : level_points_)
    scales.push_back(torch::full({points}, 1.0 / static_cast<double>(points)));
  num_points_scale_ = register_buffer("num_points_scale", torch::cat(scales));
  const std::int64_t width = options.width, points = options.heads * head_points_;
  sampling_offsets_ = register_module("sampling_offsets", Linear(width, points * 2));
  attention_weights_ = register_module("attention_weights", Linear(width, points));
  if (options.projected) {
    value_proj_ = register_module("value_proj", Linear(width, width));
    output_proj_ = register_module("output_proj", Linear(width, width));
  }
}

torch::Tensor DeformableCrossAttentionImpl::forward(const torch::Tensor& query,
                                                    const torch::Tensor& boxes,
                                                    const TokenMemory& memory,
                                                    const torch::Tensor& projected) const {
  const Points points = points_of(query, boxes);
  const std::vector<SampledLevel> levels = sampled_levels(memory.sizes_hw, level_points_);
  const std::vector<std::int64_t> by_head = {options_.heads, options_.width / options_.heads};
  if (!options_.projected) {
    return deformable_attention(
        memory.tokens.unflatten(2, by_head), levels, points.locations, points.weights);
  }
  if (head_weight_.defined()) {
    const TokenSums sums =
        deformable_token_sums(memory.tokens, levels, points.locations, points.weights);
    return folded_output_(project_sums(sums.tokens, sums.coverage));
  }
  const torch::Tensor value =
      (projected.defined() ? projected : value_proj_->forward(memory.tokens)).unflatten(2, by_head);
  const torch::Tensor sampled =
      deformable_attention(value, levels, points.locations, points.weights);
  return folded_output_ ? folded_output_(sampled) : output_proj_->forward(sampled);
}

DeformableCrossAttentionImpl::Points DeformableCrossAttentionImpl::points_of(
    const torch::Tensor& query, const torch::Tensor& boxes) const {
  const std::int64_t heads = options_.heads;
  torch::Tensor offsets, scores;
  if (folded_points_) {
    const std::int64_t count = heads * head_points_;
    const std::vector<torch::Tensor> parts =
        folded_points_(query).split_with_sizes({2 * count, count}, 2);
    offsets = parts[0];
    scores = parts[1];
  } else {
    offsets = sampling_offsets_->forward(query);
    scores = attention_weights_->forward(query);
  }
  offsets = offsets.unflatten(2, {heads, head_points_, 2});
  if (!folded_points_) offsets = offsets * (num_points_scale_ * kOffsetScale).unsqueeze(1);
  const torch::Tensor around = boxes.unsqueeze(2).unsqueeze(3);  // [B, Q, 1, 1, 4]
  return {.locations = around.narrow(4, 0, 2) + offsets * around.narrow(4, 2, 2),
          .weights = scores.unflatten(2, {heads, head_points_}).softmax(3)};
}

torch::Tensor DeformableCrossAttentionImpl::project_sums(const torch::Tensor& tokens,
                                                         const torch::Tensor& coverage) const {
  const std::int64_t batch = tokens.size(0), queries = tokens.size(1);
  const torch::Tensor by_head = tokens.flatten(0, 1).transpose(0, 1);     // [M, B * Q, D]
  const torch::Tensor covered = coverage.flatten(0, 1).t().unsqueeze(2);  // [M, B * Q, 1]
  const torch::Tensor bias = covered * head_bias_.unsqueeze(1);           // [M, B * Q, D / M]
  return torch::baddbmm(bias, by_head, head_weight_)
      .transpose(0, 1)
      .reshape({batch, queries, options_.width});
}

void DeformableCrossAttentionImpl::fold() {
  const torch::NoGradGuard no_grad;
  const torch::Tensor scale = (num_points_scale_ * kOffsetScale)
                                  .view({1, head_points_, 1})
                                  .expand({options_.heads, head_points_, 2})
                                  .reshape({-1});
  folded_points_ = FoldedLinear(
      torch::cat({sampling_offsets_->weight * scale.unsqueeze(1), attention_weights_->weight}),
      torch::cat({sampling_offsets_->bias * scale, attention_weights_->bias}));
  unregister_module("sampling_offsets");
  unregister_module("attention_weights");
  sampling_offsets_ = attention_weights_ = nullptr;
  if (!options_.projected) return;

  folded_output_ = FoldedLinear(*output_proj_);
  unregister_module("output_proj");
  output_proj_ = nullptr;
  if (!value_proj_->weight.is_cpu()) return;
  const std::int64_t heads = options_.heads;
  head_weight_ = value_proj_->weight.unflatten(0, {heads, -1}).transpose(1, 2).contiguous();
  head_bias_ = value_proj_->bias.view({heads, -1}).clone();
  unregister_module("value_proj");
  value_proj_ = nullptr;
}

}  // namespace saker
