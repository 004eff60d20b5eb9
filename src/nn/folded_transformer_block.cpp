#include "nn/folded_transformer_block.hpp"

#include <torch/nn/modules/normalization.h>

#include <algorithm>
#include <cmath>

#include "nn/attention_kernel.hpp"
#include "nn/parallel.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

// Rows whose hidden values stay in the second cache.
constexpr std::int64_t kRows = 96;
constexpr std::int64_t kLargestHead = 256;

const AttentionKernel& kernel() { return *attention_kernel(best_processor_level()); }

// The output of a linear layer behind a layer scale.
PackedLinear scaled(LinearImpl& linear, const LayerScale& scale) {
  if (!scale) return PackedLinear::taking(linear.weight, linear.bias);
  return PackedLinear::taking(
      linear.weight, linear.bias * scale->gamma, Activation::kNone, scale->gamma);
}

PackedLinear queries_keys_values(SelfAttentionImpl& attention) {
  torch::Tensor weight = attention.qkv_weight();
  return PackedLinear::taking(weight, attention.qkv_bias());
}

FoldedNorm folded(const torch::nn::LayerNorm& norm) {
  return {norm->weight, norm->bias, norm->options.eps()};
}

}  // namespace

TransformerWorkspace::TransformerWorkspace(std::int64_t batch,
                                           std::int64_t tokens,
                                           std::int64_t width,
                                           std::int64_t heads)
    : qkv_(at::empty({batch, tokens, 3, heads, width / heads}, torch::kFloat32)),
      attended_(at::empty({batch, tokens, width}, torch::kFloat32)),
      keys_(
          at::empty({batch * heads, kernel().packed_keys(tokens, width / heads)}, torch::kFloat32)),
      values_(at::empty({batch * heads, kernel().packed_values(tokens, width / heads)},
                        torch::kFloat32)) {}

bool FoldedTransformerBlock::serves(const TransformerBlockOptions& options) {
  const std::int64_t head = options.width / options.heads;
  return PackedLinear::is_available() && attention_kernel(best_processor_level()) != nullptr &&
         head % 2 == 0 && head <= kLargestHead && options.feed_forward == FeedForwardKind::kMlp;
}

FoldedTransformerBlock::FoldedTransformerBlock(TransformerBlockImpl& block)
    : width_(block.options().width),
      heads_(block.options().heads),
      norm1_(folded(block.norm1)),
      norm2_(folded(block.norm2)),
      qkv_(queries_keys_values(*block.attn)),
      proj_(scaled(*block.attn->proj, block.ls1)),
      fc1_(PackedLinear::taking(block.mlp->fc1->weight, block.mlp->fc1->bias, Activation::kGelu)),
      fc2_(scaled(*block.mlp->fc2, block.ls2)) {}

void FoldedTransformerBlock::attend(const torch::Tensor& x,
                                    const RotaryTable* positions,
                                    TransformerWorkspace& workspace) const {
  const std::int64_t batch = x.size(0), tokens = x.size(1), size = width_ / heads_;
  const std::int64_t stride = 3 * width_;
  const float* const qkv = workspace.qkv_.const_data_ptr<float>();
  float* const attended = workspace.attended_.mutable_data_ptr<float>();
  float* const keys = workspace.keys_.mutable_data_ptr<float>();
  float* const values = workspace.values_.mutable_data_ptr<float>();
  const std::int64_t keys_size = workspace.keys_.size(1), values_size = workspace.values_.size(1);
  RotaryRows table;
  if (positions != nullptr)
    table = {positions->cos.const_data_ptr<float>(), positions->sin.const_data_ptr<float>()};
  // The queries of a head of an image; its keys and values follow width_ and 2 width_ later.
  const auto queries_of = [&](std::int64_t head) {
    return qkv + head / heads_ * tokens * stride + head % heads_ * size;
  };

  parallel_for(batch * heads_, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t head = begin; head < end; ++head) {
      const float* const from = queries_of(head);
      kernel().pack_keys({from + width_, tokens, size, stride}, table, keys + head * keys_size);
      kernel().pack_values({from + 2 * width_, tokens, size, stride}, values + head * values_size);
    }
  });
  const std::int64_t blocks = (tokens + kAttentionQueries - 1) / kAttentionQueries;
  const float scale = 1.0F / std::sqrt(static_cast<float>(size));
  parallel_for(batch * heads_ * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto memory = scratch(kernel().scratch(size));
    for (std::int64_t unit = begin; unit < end; ++unit) {
      const std::int64_t head = unit / blocks, first = unit % blocks * kAttentionQueries;
      const std::int64_t count = std::min(kAttentionQueries, tokens - first);
      RotaryRows rows;
      if (positions != nullptr) rows = {table.cos + first * size, table.sin + first * size};
      kernel().attend({queries_of(head) + first * stride, count, size, stride},
                      rows,
                      scale,
                      keys + head * keys_size,
                      values + head * values_size,
                      tokens,
                      attended + (head / heads_ * tokens + first) * width_ + head % heads_ * size,
                      width_,
                      memory.get());
    }
  });
}

void FoldedTransformerBlock::run(torch::Tensor& x,
                                 const RotaryTable* positions,
                                 TransformerWorkspace& workspace) const {
  const std::int64_t rows = x.size(0) * x.size(1);
  float* const residual = x.mutable_data_ptr<float>();
  float* const qkv = workspace.qkv_.mutable_data_ptr<float>();
  parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto normed = scratch(kRows * width_);
    for_even_runs(begin, end, kRows, [&](std::int64_t first, std::int64_t count) {
      norm1_.write({residual + first * width_, count, width_}, normed.get());
      qkv_.write({normed.get(), count, width_}, {qkv + first * 3 * width_, 3 * width_});
    });
  });
  attend(x, positions, workspace);
  const float* const attended = workspace.attended_.const_data_ptr<float>();
  parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t hidden_width = fc1_.out();
    const auto normed = scratch(kRows * width_), hidden = scratch(kRows * hidden_width);
    for_even_runs(begin, end, kRows, [&](std::int64_t first, std::int64_t count) {
      const MutableRows to{residual + first * width_, width_};
      proj_.add_to({attended + first * width_, count, width_}, to);
      norm2_.write({to.data, count, width_}, normed.get());
      fc1_.write({normed.get(), count, width_}, {hidden.get(), hidden_width});
      fc2_.add_to({hidden.get(), count, hidden_width}, to);
    });
  });
}

}  // namespace saker
