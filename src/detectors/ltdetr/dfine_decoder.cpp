#include "detectors/ltdetr/dfine_decoder.hpp"

#include <torch/nn/modules/container/modulelist.h>
#include <torch/utils.h>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/distance_bins.hpp"
#include "detectors/ltdetr/distance_integral.hpp"
#include "nn/float32_island.hpp"

namespace saker {
namespace {

constexpr double kUp = 0.5;
constexpr double kLargestPosition = 10;  // of the queries' position embedding
constexpr std::int64_t kPreLayers = 3;

}  // namespace

DfineDecoder::DfineDecoder(const DecoderConfig& config, std::int64_t classes)
    : DecoderTrunk(config, classes) {
  up_ = register_parameter("up", torch::full({1}, kUp), /*requires_grad=*/false);
  reg_scale_ =
      register_parameter("reg_scale", torch::full({1}, config.reg_scale), /*requires_grad=*/false);
  stack().share("up", up_);
  stack().share("reg_scale", reg_scale_);
  const auto list =
      stack().register_module("lqe_layers", std::make_shared<torch::nn::ModuleListImpl>());
  for (std::int64_t i = 0; i < config.layers; ++i) {
    lqe_layers_.emplace_back();
    list->push_back(lqe_layers_.back());
  }
  pre_bbox_head_ =
      register_module("pre_bbox_head", ReluMlp(config.width, config.width, 4, kPreLayers));
  bbox_heads_ = add_box_heads("dec_bbox_head", 4 * (config.reg_max + 1));
}

DecoderPart DfineDecoder::decode(const Queries& queries, bool every_layer) {
  const Distances& scale = distances();
  DecoderPart part;
  torch::Tensor x = queries.content, reference = queries.boxes;
  torch::Tensor previous, corners;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const torch::Tensor positions =
        query_pos_head_->forward(reference).clamp(-kLargestPosition, kLargestPosition);
    x = layers_[i]->forward(x, positions, reference, queries.context);

    const Float32Island island;
    const torch::Tensor state = x.to(torch::kFloat32);
    const bool scored = every_layer || i == last_layer();
    torch::Tensor scores;
    if (scored) scores = score_heads_[i]->forward(state);
    if (i == 0) {
      const torch::Tensor boxes =
          (pre_bbox_head_->forward(state) + inverse_sigmoid(reference)).sigmoid();
      part.reference_boxes = boxes.detach();
      if (every_layer) part.pre = {.logits = scores, .boxes = boxes, .corners = {}};
      corners = bbox_heads_[i]->forward(state);
    } else {
      corners = bbox_heads_[i]->forward(state + previous.detach()) + corners;
    }
    const torch::Tensor boxes = boxes_from_distances(
        part.reference_boxes, integrate_distances(corners, scale.bins), scale.reg_scale);
    if (scored) {
      part.layers.push_back(
          {.logits = lqe_layers_[i]->forward(scores, corners), .boxes = boxes, .corners = corners});
    }
    previous = state;
    reference = boxes.detach();
  }
  return part;
}

const DfineDecoder::Distances& DfineDecoder::distances() {
  const auto version = [](const torch::Tensor& tensor) {
    return tensor.is_inference() ? std::int64_t{0} : tensor._version();
  };
  const std::array<std::int64_t, 2> versions = {version(up_), version(reg_scale_)};
  if (!distances_.bins.defined() || distances_.bins.device() != up_.device() ||
      distances_versions_ != versions) {
    const torch::NoGradGuard no_grad;
    distances_.reg_scale = reg_scale_.item<double>();
    const torch::Tensor bins = distance_bins(
        {.reg_max = config_.reg_max, .up = up_.item<double>(), .reg_scale = distances_.reg_scale});
    distances_.bins = bins.to(up_.device());
    distances_versions_ = versions;
  }
  return distances_;
}

void DfineDecoder::deploy() {
  DecoderTrunk::deploy();
  stack().unregister_module("lqe_layers");
  for (std::size_t i = 0; i < last_layer(); ++i) lqe_layers_[i] = LocationQuality(nullptr);
  lqe_layers_.back()->fold();
  pre_bbox_head_->fold();
  for (ReluMlp& head : bbox_heads_) head->fold();
}

}  // namespace saker
