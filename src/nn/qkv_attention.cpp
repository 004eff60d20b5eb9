#include "nn/qkv_attention.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "nn/attention_gradient_kernel.hpp"
#include "nn/autocast.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLargestHead = 256;

// What computes a differentiable attention, forward and backward.
struct Kernels {
  const AttentionKernel* attention = nullptr;
  const AttentionGradientKernel* gradient = nullptr;
};

Kernels kernels_of(bool bfloat16) {
  if (bfloat16) {
    const Bfloat16Level level = best_bfloat16_level();
    return {attention_kernel(level), attention_gradient_kernel(level)};
  }
  const ProcessorLevel level = best_processor_level();
  return {attention_kernel(level), attention_gradient_kernel(level)};
}

RotaryRows rows_of(const RotaryTable* positions) {
  if (positions == nullptr) return {};
  return {positions->cos.const_data_ptr<float>(), positions->sin.const_data_ptr<float>()};
}

QkvShape shape_of(const torch::Tensor& qkv) {
  return {.batch = qkv.size(0), .tokens = qkv.size(1), .heads = qkv.size(3), .size = qkv.size(4)};
}

float score_scale(std::int64_t head_dim) { return 1.0F / std::sqrt(static_cast<float>(head_dim)); }

bool own_attention_serves(const torch::Tensor& qkv, const RotaryTable* positions) {
  if (at::autocast::is_autocast_enabled(at::kCPU) && !autocasts_to_own_bfloat16()) return false;
  if (!is_plain_float(qkv) || qkv.numel() == 0) return false;
  if (positions != nullptr && !(is_plain_float(positions->cos) && is_plain_float(positions->sin)))
    return false;
  return attention_kernels_serve(qkv.size(4));
}

torch::Tensor by_libtorch(const torch::Tensor& qkv, const RotaryTable* positions) {
  std::vector<torch::Tensor> parts = qkv.unbind(2);  // [B, T, heads, D]
  if (positions != nullptr) {
    parts[0] = rotate(parts[0], *positions);
    parts[1] = rotate(parts[1], *positions);
  }
  const torch::Tensor attended = at::scaled_dot_product_attention(
      parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2));
  return attended.transpose(1, 2).flatten(2);
}

class QkvAttentionFunction : public torch::autograd::Function<QkvAttentionFunction> {
 public:
  // cos, sin: none for no positions.
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& qkv,
                               const std::optional<torch::Tensor>& cos,
                               const std::optional<torch::Tensor>& sin,
                               bool bfloat16) {
    const AttentionKernel& kernel = *kernels_of(bfloat16).attention;
    const torch::Tensor x = qkv.contiguous();
    const QkvShape shape = shape_of(x);
    const std::int64_t heads = shape.batch * shape.heads;
    torch::Tensor out =
        at::empty({shape.batch, shape.tokens, shape.heads * shape.size}, x.options());
    torch::Tensor norms = at::empty({heads, shape.tokens}, x.options());
    const auto keys = scratch(heads * kernel.packed_keys(shape.tokens, shape.size));
    const auto values = scratch(heads * kernel.packed_values(shape.tokens, shape.size));
    const RotaryTable table{cos.value_or(torch::Tensor()), sin.value_or(torch::Tensor())};
    attend_heads(kernel,
                 x.const_data_ptr<float>(),
                 shape,
                 cos ? &table : nullptr,
                 keys.get(),
                 values.get(),
                 out.mutable_data_ptr<float>(),
                 norms.mutable_data_ptr<float>());
    context->save_for_backward({x, out, norms, table.cos, table.sin});
    context->saved_data["bfloat16"] = bfloat16;
    return out;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &qkv = saved[0], &out = saved[1], &norms = saved[2];
    const RotaryTable table{saved[3], saved[4]};
    const RotaryRows positions = rows_of(table.cos.defined() ? &table : nullptr);
    const torch::Tensor out_gradient = gradients[0].contiguous();
    torch::Tensor result = at::empty_like(qkv);
    const QkvShape shape = shape_of(qkv);
    const std::int64_t width = shape.heads * shape.size, stride = 3 * width, size = shape.size;
    const AttentionGradientKernel& kernel =
        *kernels_of(context->saved_data["bfloat16"].toBool()).gradient;
    const float* const from = qkv.const_data_ptr<float>();
    const float* const outputs = out.const_data_ptr<float>();
    const float* const output_gradients = out_gradient.const_data_ptr<float>();
    const float* const all_norms = norms.const_data_ptr<float>();
    float* const to = result.mutable_data_ptr<float>();
    parallel_for(shape.batch * shape.heads, 1, [&](std::int64_t begin, std::int64_t end) {
      const auto memory = scratch(kernel.scratch(shape.tokens, size));
      for (std::int64_t head = begin; head < end; ++head) {
        const std::int64_t image = head / shape.heads * shape.tokens,
                           entry = head % shape.heads * size;
        const auto view = [&](const float* data, std::int64_t row) {
          return HeadView{data + image * row + entry, shape.tokens, size, row};
        };
        float* const gradient = to + image * stride + entry;
        kernel.backward({.queries = view(from, stride),
                         .keys = view(from + width, stride),
                         .values = view(from + 2 * width, stride),
                         .out = view(outputs, width),
                         .out_gradient = view(output_gradients, width),
                         .norms = all_norms + head * shape.tokens},
                        positions,
                        score_scale(size),
                        {.queries = gradient,
                         .keys = gradient + width,
                         .values = gradient + 2 * width,
                         .stride = stride},
                        memory.get());
      }
    });
    return {result, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

bool attention_kernels_serve(std::int64_t head_dim) {
  return attention_kernel(best_processor_level()) != nullptr && head_dim % 2 == 0 &&
         head_dim <= kLargestHead;
}

void attend_heads(const AttentionKernel& kernel,
                  const float* qkv,
                  const QkvShape& shape,
                  const RotaryTable* positions,
                  float* keys,
                  float* values,
                  float* out,
                  float* norms) {
  const std::int64_t tokens = shape.tokens, size = shape.size, heads = shape.batch * shape.heads;
  const std::int64_t width = shape.heads * size, stride = 3 * width;
  const std::int64_t keys_size = kernel.packed_keys(tokens, size);
  const std::int64_t values_size = kernel.packed_values(tokens, size);
  const RotaryRows table = rows_of(positions);
  // The queries of a head of an image; its keys and values follow `width` and 2 `width` later.
  const auto queries_of = [&](std::int64_t head) {
    return qkv + head / shape.heads * tokens * stride + head % shape.heads * size;
  };
  parallel_for(heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t head = begin; head < end; ++head) {
      const float* const from = queries_of(head);
      kernel.pack_keys({from + width, tokens, size, stride}, table, keys + head * keys_size);
      kernel.pack_values({from + 2 * width, tokens, size, stride}, values + head * values_size);
    }
  });
  const std::int64_t blocks = (tokens + kAttentionQueries - 1) / kAttentionQueries;
  parallel_for(heads * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto memory = scratch(kernel.scratch(size));
    for (std::int64_t unit = begin; unit < end; ++unit) {
      const std::int64_t head = unit / blocks, first = unit % blocks * kAttentionQueries;
      const std::int64_t count = std::min(kAttentionQueries, tokens - first);
      RotaryRows rows;
      if (positions != nullptr) rows = {table.cos + first * size, table.sin + first * size};
      kernel.attend({queries_of(head) + first * stride, count, size, stride},
                    rows,
                    score_scale(size),
                    keys + head * keys_size,
                    values + head * values_size,
                    tokens,
                    out + (head / shape.heads * tokens + first) * width + head % shape.heads * size,
                    width,
                    norms == nullptr ? nullptr : norms + head * tokens + first,
                    memory.get());
    }
  });
}

torch::Tensor qkv_attention(const torch::Tensor& qkv, const RotaryTable* positions) {
  if (!own_attention_serves(qkv, positions)) return by_libtorch(qkv, positions);
  const bool bfloat16 = autocasts_to_own_bfloat16();
  if (positions == nullptr)
    return QkvAttentionFunction::apply(qkv, std::nullopt, std::nullopt, bfloat16);
  return QkvAttentionFunction::apply(
      qkv, std::optional(positions->cos), std::optional(positions->sin), bfloat16);
}

}  // namespace saker
