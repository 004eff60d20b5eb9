#include "nn/folded_transformer_block.hpp"

#include <torch/nn/modules/normalization.h>

#include "nn/folding_precision.hpp"
#include "nn/parallel.hpp"
#include "nn/qkv_attention.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

// Rows whose hidden values stay in the second cache.
constexpr std::int64_t kRows = 96;

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

bool FoldedTransformerBlock::serves(const TransformerBlockOptions& options) {
  const std::int64_t head = options.width / options.heads;
  return PackedLinear::is_available() && attention_kernels_serve(head) &&
         options.feed_forward == FeedForwardKind::kMlp;
}

FoldedTransformerBlock::FoldedTransformerBlock(TransformerBlockImpl& block)
    : width_(block.options().width),
      heads_(block.options().heads),
      attention_(folding_attention_kernel()),
      norm1_(folded(block.norm1)),
      norm2_(folded(block.norm2)),
      qkv_(queries_keys_values(*block.attn)),
      proj_(scaled(*block.attn->proj, block.ls1)),
      fc1_(PackedLinear::taking(block.mlp->fc1->weight, block.mlp->fc1->bias, Activation::kGelu)),
      fc2_(scaled(*block.mlp->fc2, block.ls2)) {}

TransformerWorkspace FoldedTransformerBlock::workspace(std::int64_t batch,
                                                       std::int64_t tokens) const {
  const std::int64_t size = width_ / heads_;
  TransformerWorkspace memory;
  memory.qkv_ = torch::empty({batch, tokens, 3, heads_, size});
  memory.attended_ = torch::empty({batch, tokens, width_});
  memory.keys_ = torch::empty({batch * heads_, attention_->packed_keys(tokens, size)});
  memory.values_ = torch::empty({batch * heads_, attention_->packed_values(tokens, size)});
  return memory;
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
  attend_heads(*attention_,
               qkv,
               {.batch = x.size(0), .tokens = x.size(1), .heads = heads_, .size = width_ / heads_},
               positions,
               workspace.keys_.mutable_data_ptr<float>(),
               workspace.values_.mutable_data_ptr<float>(),
               workspace.attended_.mutable_data_ptr<float>(),
               /*norms=*/nullptr);
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
