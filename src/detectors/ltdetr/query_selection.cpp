#include "detectors/ltdetr/query_selection.hpp"

#include <fmt/format.h>
#include <torch/nn/modules/container/moduledict.h>
#include <torch/utils.h>

#include <string>
#include <tuple>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBoxLayers = 3;

// rows: [B, S, C]; index: [B, Q]. Returns [B, Q, C].
torch::Tensor gather_rows(const torch::Tensor& rows, const torch::Tensor& index) {
  return rows.gather(1, index.unsqueeze(2).expand({-1, -1, rows.size(2)}));
}

}  // namespace

QuerySelection::QuerySelection(torch::nn::Module& decoder,
                               std::int64_t width,
                               std::int64_t classes,
                               std::int64_t queries)
    : queries_(queries),
      proj_(width, width),
      score_head_(width, classes),
      norm_(torch::nn::LayerNormOptions({width})),
      bbox_head_(width, width, 4, kBoxLayers) {
  const auto output = std::make_shared<torch::nn::ModuleDictImpl>();
  output->update(torch::OrderedDict<std::string, std::shared_ptr<torch::nn::Module>>{
      {"proj", proj_.ptr()}, {"norm", norm_.ptr()}});
  decoder.register_module("enc_output", output);
  decoder.register_module("enc_score_head", score_head_.ptr());
  decoder.register_module("enc_bbox_head", bbox_head_.ptr());
}

SelectedQueries QuerySelection::operator()(const TokenMemory& memory) {
  const std::int64_t tokens = memory.tokens.size(1);
  if (tokens < queries_) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the image has {} tokens on all feature maps together, but the decoder "
                            "needs at least {}, one for each query; use a larger image_size",
                            tokens,
                            queries_));
  }
  const Anchors& anchors = anchors_of(memory);
  SelectedQueries selected;
  torch::Tensor all;
  {
    // Only the selected tokens have a gradient; they are computed again for it.
    const torch::NoGradGuard no_grad;
    const torch::Tensor masked = anchors.invalid.numel() == 0
                                     ? memory.tokens
                                     : memory.tokens.index_fill(1, anchors.invalid, 0);
    all = norm_->forward(proj_->forward(masked));
    selected.index = std::get<1>(std::get<0>(score_head_->forward(all).max(2)).topk(queries_, 1));
  }
  if (folded_) {
    selected.content = gather_rows(all, selected.index);
  } else {
    const torch::Tensor outside =
        torch::zeros({tokens}, selected.index.options().dtype(torch::kBool))
            .index_fill_(0, anchors.invalid, true)
            .index({selected.index});
    const torch::Tensor rows =
        gather_rows(memory.tokens, selected.index).masked_fill(outside.unsqueeze(2), 0);
    selected.content = norm_->forward(proj_->forward(rows));
    selected.logits = score_head_->forward(selected.content).to(torch::kFloat32);
  }
  const torch::Tensor anchor_logits = anchors.logits.index({selected.index});  // [B, Q, 4]
  // Boxes of the selected tokens alone: each depends on nothing but its own token.
  selected.reference_logits =
      bbox_head_->forward(selected.content).to(torch::kFloat32) + anchor_logits;
  return selected;
}

void QuerySelection::fold() {
  proj_->fold();
  score_head_->fold();
  bbox_head_->fold();
  folded_ = true;
}

const Anchors& QuerySelection::anchors_of(const TokenMemory& memory) {
  const bool fits =
      anchors_of_hw_ == memory.sizes_hw && anchors_.logits.device() == memory.tokens.device();
  if (!fits) {
    anchors_ = make_anchors(memory.sizes_hw, memory.tokens.options().dtype(torch::kFloat32));
    anchors_of_hw_ = memory.sizes_hw;
  }
  return anchors_;
}

}  // namespace saker
