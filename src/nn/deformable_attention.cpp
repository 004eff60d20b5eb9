#include "nn/deformable_attention.hpp"

#include <torch/autograd.h>

#include <algorithm>
#include <sstream>

#include "nn/parallel.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLeastSamplingWork = 1 << 15;  // channels times corners worth a thread

std::int64_t points_of(const std::vector<SampledLevel>& levels) {
  std::int64_t points = 0;
  for (const SampledLevel& level : levels) points += level.points;
  return points;
}

std::int64_t tokens_of(const std::vector<SampledLevel>& levels) {
  std::int64_t tokens = 0;
  for (const SampledLevel& level : levels)
    tokens = std::max(tokens, level.first_token + level.height * level.width);
  return tokens;
}

void check(const torch::Tensor& value,
           const std::vector<SampledLevel>& levels,
           const torch::Tensor& locations,
           const torch::Tensor& weights) {
  const std::int64_t points = points_of(levels);
  if (value.dim() == 4 && locations.dim() == 5 && weights.dim() == 4 &&
      value.size(1) >= tokens_of(levels) && value.size(0) == locations.size(0) &&
      value.size(2) == locations.size(2) && locations.size(3) == points && locations.size(4) == 2 &&
      weights.sizes() == locations.sizes().slice(0, 4)) {
    return;
  }
  std::ostringstream text;
  text << "deformable attention over " << tokens_of(levels) << " tokens with " << points
       << " points cannot take value " << value.sizes() << ", locations " << locations.sizes()
       << " and weights " << weights.sizes();
  throw Error(ErrorKind::kInternal, text.str());
}

// What the loops need to know, with contiguous locations and weights.
struct Operands {
  torch::Tensor value, locations, weights;
  std::int64_t queries, heads, points, channels;

  Operands(const torch::Tensor& value_in,
           const torch::Tensor& locations_in,
           const torch::Tensor& weights_in)
      : value(value_in.stride(3) == 1 ? value_in : value_in.contiguous()),
        locations(locations_in.contiguous()),
        weights(weights_in.contiguous()),
        queries(locations.size(1)),
        heads(locations.size(2)),
        points(locations.size(3)),
        channels(value.size(3)) {}

  SampledTokens tokens(std::int64_t b, std::int64_t m) const {
    return {.data = value.const_data_ptr<float>() + b * value.stride(0) + m * value.stride(2),
            .stride = value.stride(1),
            .channels = channels};
  }
  // Of one query and head.
  std::int64_t work() const { return 4 * points * channels; }
};

torch::Tensor forward_pass(const Operands& from,
                           const std::vector<SampledLevel>& levels,
                           float* coverage) {
  const DeformableAttentionKernel& kernel = deformable_attention_kernel(best_processor_level());
  const std::int64_t batch = from.value.size(0);
  torch::Tensor output =
      at::empty({batch, from.queries, from.heads * from.channels}, from.value.options());
  float* const out = output.mutable_data_ptr<float>();
  const float* const locations = from.locations.const_data_ptr<float>();
  const float* const weights = from.weights.const_data_ptr<float>();
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t unit = begin; unit < end; ++unit) {  // (b, q, m), m fastest
      const std::int64_t m = unit % from.heads, b = unit / from.heads / from.queries;
      kernel.forward(from.tokens(b, m),
                     levels.data(),
                     static_cast<std::int64_t>(levels.size()),
                     locations + unit * from.points * 2,
                     weights + unit * from.points,
                     out + unit * from.channels,
                     coverage == nullptr ? nullptr : coverage + unit);
    }
  };
  parallel_for(batch * from.queries * from.heads, kLeastSamplingWork / from.work() + 1, run);
  return output;
}

class DeformableAttentionFunction : public torch::autograd::Function<DeformableAttentionFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& value,
                               const torch::Tensor& locations,
                               const torch::Tensor& weights,
                               const std::vector<SampledLevel>& levels) {
    const Operands from(value, locations, weights);
    context->save_for_backward({from.value, from.locations, from.weights});
    std::vector<std::int64_t> layout;
    for (const SampledLevel& level : levels)
      layout.insert(layout.end(), {level.height, level.width, level.first_token, level.points});
    context->saved_data["levels"] = layout;
    return forward_pass(from, levels, nullptr);
  }

  // An image's head is one piece of work, so that pieces add to values of their own and the result
  // does not depend on the number of threads.
  static tensor_list backward(AutogradContext* context, const tensor_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const Operands from(saved[0], saved[1], saved[2]);
    const std::vector<std::int64_t> layout = context->saved_data["levels"].toIntVector();
    std::vector<SampledLevel> levels;
    for (std::size_t i = 0; i < layout.size(); i += 4)
      levels.push_back({layout[i], layout[i + 1], layout[i + 2], layout[i + 3]});

    const DeformableAttentionKernel& kernel = deformable_attention_kernel(best_processor_level());
    const torch::Tensor grad_output = grad_outputs[0].contiguous();
    const torch::Tensor value = from.value.is_contiguous() ? from.value : from.value.contiguous();
    const Operands dense(value, from.locations, from.weights);
    torch::Tensor grad_value;
    if (context->needs_input_grad(0)) grad_value = at::zeros(value.sizes(), value.options());
    torch::Tensor grad_locations = at::empty_like(from.locations);
    torch::Tensor grad_weights = at::empty_like(from.weights);

    float* const to_value = grad_value.defined() ? grad_value.mutable_data_ptr<float>() : nullptr;
    float* const to_locations = grad_locations.mutable_data_ptr<float>();
    float* const to_weights = grad_weights.mutable_data_ptr<float>();
    const float* const locations = from.locations.const_data_ptr<float>();
    const float* const weights = from.weights.const_data_ptr<float>();
    const float* const gradient = grad_output.const_data_ptr<float>();
    const auto run = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t unit = begin; unit < end; ++unit) {
        const std::int64_t b = unit / from.heads, m = unit % from.heads;
        float* const to =
            to_value == nullptr ? nullptr : to_value + b * value.stride(0) + m * value.stride(2);
        for (std::int64_t q = 0; q < from.queries; ++q) {
          const std::int64_t place = (b * from.queries + q) * from.heads + m;
          kernel.backward(dense.tokens(b, m),
                          levels.data(),
                          static_cast<std::int64_t>(levels.size()),
                          locations + place * from.points * 2,
                          weights + place * from.points,
                          gradient + place * from.channels,
                          to,
                          to_locations + place * from.points * 2,
                          to_weights + place * from.points);
        }
      }
    };
    parallel_for(
        value.size(0) * from.heads, kLeastSamplingWork / (from.work() * from.queries + 1) + 1, run);
    return {grad_value, grad_locations, grad_weights, {}};
  }
};

}  // namespace

std::vector<SampledLevel> sampled_levels(const std::vector<std::array<std::int64_t, 2>>& sizes_hw,
                                         const std::vector<std::int64_t>& points) {
  std::vector<SampledLevel> levels;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < sizes_hw.size(); ++i) {
    const auto [height, width] = sizes_hw[i];
    levels.push_back(
        {.height = height, .width = width, .first_token = first, .points = points.at(i)});
    first += height * width;
  }
  return levels;
}

torch::Tensor deformable_attention(const torch::Tensor& value,
                                   const std::vector<SampledLevel>& levels,
                                   const torch::Tensor& locations,
                                   const torch::Tensor& weights) {
  check(value, levels, locations, weights);
  if (!value.is_cpu() || value.scalar_type() == torch::kFloat64)
    return deformable_attention_by_grid_sample(value, levels, locations, weights);
  return DeformableAttentionFunction::apply(value.to(torch::kFloat32),
                                            locations.to(torch::kFloat32),
                                            weights.to(torch::kFloat32),
                                            levels)
      .to(value.scalar_type());
}

torch::Tensor deformable_attention_by_grid_sample(const torch::Tensor& value,
                                                  const std::vector<SampledLevel>& levels,
                                                  const torch::Tensor& locations,
                                                  const torch::Tensor& weights) {
  check(value, levels, locations, weights);
  constexpr std::int64_t kBilinear = 0, kZeros = 0;
  const std::int64_t batch = value.size(0), heads = value.size(2), channels = value.size(3);
  const torch::Tensor grid =
      (2 * locations - 1).to(value.scalar_type()).transpose(1, 2).flatten(0, 1);
  std::vector<torch::Tensor> sampled;  // [B * M, C, Q, points] each
  std::int64_t point = 0;
  for (const SampledLevel& level : levels) {
    const torch::Tensor maps = value.narrow(1, level.first_token, level.height * level.width)
                                   .permute({0, 2, 3, 1})
                                   .reshape({batch * heads, channels, level.height, level.width});
    sampled.push_back(at::grid_sampler_2d(
        maps, grid.narrow(2, point, level.points), kBilinear, kZeros, /*align_corners=*/false));
    point += level.points;
  }
  const torch::Tensor by_point =
      weights.to(value.scalar_type()).transpose(1, 2).flatten(0, 1).unsqueeze(1);
  return (torch::cat(sampled, 3) * by_point)  // [B * M, C, Q, P]
      .sum(3)
      .view({batch, heads * channels, -1})
      .transpose(1, 2);
}

TokenSums deformable_token_sums(const torch::Tensor& memory,
                                const std::vector<SampledLevel>& levels,
                                const torch::Tensor& locations,
                                const torch::Tensor& weights) {
  const std::int64_t heads = locations.size(2);
  const torch::Tensor value =
      memory.unsqueeze(2).expand({memory.size(0), memory.size(1), heads, memory.size(2)});
  check(value, levels, locations, weights);
  TokenSums sums{.tokens = {},
                 .coverage = at::empty(weights.sizes().slice(0, 3), memory.options())};
  const Operands from(value, locations, weights);
  sums.tokens = forward_pass(from, levels, sums.coverage.mutable_data_ptr<float>())
                    .unflatten(2, {heads, memory.size(2)});
  return sums;
}

}  // namespace saker
