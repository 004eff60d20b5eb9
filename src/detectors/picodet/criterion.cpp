#include "detectors/picodet/criterion.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "detectors/known_gradient.hpp"
#include "detectors/picodet/dense_criterion.hpp"
#include "detectors/picodet/one_to_one_criterion.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr double kDenseFactor = 0.5;

// Differentiable, and without work for float32 on the CPU.
HeadOutputs on_cpu(const HeadOutputs& outputs) {
  HeadOutputs moved;
  for (const torch::Tensor& logits : outputs.cls_logits) {
    moved.cls_logits.push_back(logits.to(torch::kCPU, torch::kFloat));
  }
  for (const torch::Tensor& logits : outputs.box_logits) {
    moved.box_logits.push_back(logits.to(torch::kCPU, torch::kFloat));
  }
  return moved;
}

void check_shapes(const HeadOutputs& outputs, ImageSize input, std::size_t images) {
  for (std::size_t level = 0; level < static_cast<std::size_t>(kPicoDetLevels); ++level) {
    const std::int64_t stride = kPicoDetStrides[level];
    const std::int64_t rows = (input.height + stride - 1) / stride;
    const std::int64_t columns = (input.width + stride - 1) / stride;
    for (const auto* logits : {&outputs.cls_logits, &outputs.box_logits}) {
      const torch::Tensor& map = logits->at(level);
      if (map.size(2) != rows || map.size(3) != columns) {
        throw Error(ErrorKind::kInternal,
                    fmt::format("level {} has {} x {} places; images of {} x {} give {} x {}",
                                level,
                                map.size(2),
                                map.size(3),
                                input.height,
                                input.width,
                                rows,
                                columns));
      }
      if (map.size(0) != static_cast<std::int64_t>(images)) {
        throw Error(ErrorKind::kData,
                    fmt::format("a batch of {} images has targets of {}", map.size(0), images));
      }
    }
  }
}

void append(std::vector<torch::Tensor>& tensors, const std::vector<torch::Tensor>& more) {
  tensors.insert(tensors.end(), more.begin(), more.end());
}

}  // namespace

LossTerms picodet_losses(const HeadOutputs& o2m,
                         const HeadOutputs& o2o,
                         ImageSize input,
                         const Targets& targets,
                         const PicoDetLossWeights& weights,
                         const NormalizerReduction& reduce_normalizers,
                         double image_share) {
  const torch::Device device = o2m.cls_logits.at(0).device();
  const std::vector<GroundTruth> truths =
      ground_truth_in_pixels(targets, input, o2m.cls_logits.at(0).size(1));
  check_shapes(o2m, input, truths.size());
  check_shapes(o2o, input, truths.size());
  const std::vector<Prior> priors = picodet_priors(input);
  const HeadOutputs dense_logits = on_cpu(o2m), one_logits = on_cpu(o2o);

  std::vector<torch::Tensor> inputs;
  append(inputs, dense_logits.cls_logits);
  append(inputs, dense_logits.box_logits);
  append(inputs, one_logits.cls_logits);
  append(inputs, one_logits.box_logits);
  bool differentiable = false;
  for (const torch::Tensor& logits : inputs) differentiable |= logits.requires_grad();
  differentiable &= torch::GradMode::is_enabled();

  const auto factor = [&](double value) {
    return differentiable ? std::optional(value) : std::nullopt;
  };
  const CriterionResult dense = dense_criterion(
      dense_logits, priors, truths, weights, reduce_normalizers, factor(kDenseFactor));
  const CriterionResult one =
      one_to_one_criterion(one_logits, priors, truths, input, weights.o2o_dfl, factor(image_share));
  const double total = image_share * one.total + kDenseFactor * dense.total;

  LossTerms terms;
  if (differentiable) {
    std::vector<torch::Tensor> gradients;
    append(gradients, dense.gradients);
    append(gradients, one.gradients);
    terms.total = with_known_gradient(total, inputs, gradients).to(device);
  } else {
    terms.total = torch::full({}, total, torch::TensorOptions(torch::kFloat).device(device));
  }
  for (const auto& [name, value] : {std::pair("loss_vfl", dense.vfl),
                                    std::pair("loss_giou", dense.giou),
                                    std::pair("loss_dfl", dense.dfl)}) {
    terms.logged.emplace_back(name, torch::full({}, value, torch::kFloat));
  }
  return terms;
}

}  // namespace saker
