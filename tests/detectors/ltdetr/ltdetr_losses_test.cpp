#include "detectors/ltdetr/ltdetr_losses.hpp"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/embedding.h>

#include <algorithm>
#include <limits>

#include "detectors/ltdetr/denoising_queries.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "nn/gradient_check.hpp"
#include "saker/error.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr std::int64_t kLossClasses = 5, kQueries = 9, kLayers = 3, kBins = 33;

LtdetrLossSettings settings_for(DecoderKind kind) {
  return loss_settings_for({.kind = kind, .layers = kLayers}, {});
}

struct LossBatch {
  DecoderOutputs outputs;
  Targets targets;
  std::int64_t groups = 0;

  LossTerms losses(DecoderKind kind, const MeanOverProcesses& mean = {}) const {
    return ltdetr_losses(outputs, targets, settings_for(kind), groups, mean);
  }
};

DecoderPart part(const std::string& name, std::int64_t images, std::int64_t queries, bool dfine) {
  const std::int64_t bins = dfine ? kBins : 0;
  DecoderPart made;
  for (std::int64_t i = 0; i < kLayers; ++i) {
    made.layers.push_back(
        test::golden_layer(name + std::to_string(i), images, queries, kLossClasses, bins));
  }
  if (dfine) {
    made.pre = test::golden_layer(name + "pre", images, queries, kLossClasses);
    made.reference_boxes = test::golden_boxes(name + "ref", {images, queries});
  }
  return made;
}

// All predictions as leaves.
LossBatch batch_of(const std::vector<std::int64_t>& counts, DecoderKind kind) {
  const bool dfine = kind == DecoderKind::kDfine;
  const auto images = static_cast<std::int64_t>(counts.size());
  const std::int64_t most = *std::max_element(counts.begin(), counts.end());
  LossBatch batch;
  batch.targets = test::golden_targets("l.target", counts, kLossClasses);
  batch.groups = denoising_groups(most, 8);
  batch.outputs.matching = part("l.layer", images, kQueries, dfine);
  batch.outputs.denoising = part("l.dn", images, 2 * most * batch.groups, dfine);
  batch.outputs.encoder = test::golden_layer("l.enc", images, kQueries, kLossClasses);
  return batch;
}

std::vector<torch::Tensor> leaves_of(const DecoderOutputs& outputs) {
  std::vector<torch::Tensor> leaves;
  const auto add = [&](const LayerOutputs& layer) {
    leaves.push_back(layer.logits);
    leaves.push_back(layer.boxes);
    if (layer.corners.defined()) leaves.push_back(layer.corners);
  };
  for (const DecoderPart* part : {&outputs.matching, &*outputs.denoising}) {
    for (const LayerOutputs& layer : part->layers) add(layer);
    if (part->pre) add(*part->pre);
  }
  add(outputs.encoder);
  return leaves;
}

class LtdetrLosses : public ::testing::TestWithParam<DecoderKind> {};
INSTANTIATE_TEST_SUITE_P(Decoders,
                         LtdetrLosses,
                         ::testing::Values(DecoderKind::kRtdetrV2, DecoderKind::kDfine),
                         [](const auto& instance) {
                           return instance.param == DecoderKind::kDfine ? "Dfine" : "RtdetrV2";
                         });

TEST_P(LtdetrLosses, LogTheLastLayersTerms) {
  const LossBatch batch = batch_of({2, 3}, GetParam());
  const LossTerms terms = batch.losses(GetParam());
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& [name, value] : terms.logged) {
    names.push_back(name);
    EXPECT_FALSE(value.requires_grad());
    sum += value.item<double>();
  }
  EXPECT_EQ(names, logged_loss_names(settings_for(GetParam()), /*training=*/true));
  EXPECT_TRUE(terms.total.requires_grad());
  EXPECT_TRUE(terms.boxes_finite);
  EXPECT_GT(terms.total.item<double>(), 2 * sum);  // other layers, denoising, encoder
}

TEST_P(LtdetrLosses, WithoutTargetsAreFiniteAndReachTheDenoisingQueries) {
  const LossBatch batch = batch_of({0, 0}, GetParam());
  const LossTerms terms = batch.losses(GetParam());
  EXPECT_TRUE(terms.total.isfinite().item<bool>());
  for (const auto& [name, value] : terms.logged) {
    EXPECT_TRUE(value.isfinite().item<bool>()) << name;
    if (name == "loss_bbox" || name == "loss_giou") {
      EXPECT_EQ(value.item<double>(), 0) << name;
    }
  }
  // What the denoising queries are made from has a gradient, and it is zero.
  torch::nn::Embedding embedding(torch::nn::EmbeddingOptions(kLossClasses + 1, kLossClasses));
  DecoderOutputs outputs = batch.outputs;
  for (LayerOutputs& layer : outputs.denoising->layers) {
    layer.logits = embedding(torch::zeros({2, 0}, torch::kLong));
  }
  ltdetr_losses(outputs, batch.targets, settings_for(GetParam()), 0).total.backward();
  ASSERT_TRUE(embedding->weight.grad().defined());
  EXPECT_TRUE(embedding->weight.grad().eq(0).all().item<bool>());
  for (const torch::Tensor& leaf : leaves_of(batch.outputs)) {
    if (leaf.numel() == 0) continue;
    EXPECT_TRUE(leaf.grad().isfinite().all().item<bool>());
  }
}

TEST_P(LtdetrLosses, TakeOneTargetAndManyOfOneClass) {
  for (const std::vector<std::int64_t>& counts :
       {std::vector<std::int64_t>{1}, {0, 1}, {2 * kQueries, 3}}) {
    LossBatch batch = batch_of(counts, GetParam());
    for (torch::Tensor& classes : batch.targets.classes) classes.fill_(2);
    batch.losses(GetParam()).total.backward();
    for (const torch::Tensor& leaf : leaves_of(batch.outputs)) {
      EXPECT_TRUE(leaf.grad().isfinite().all().item<bool>());
    }
  }
}

TEST_P(LtdetrLosses, TheOrderOfTargetsDoesNotMatter) {
  const LossBatch batch = batch_of({4, 3}, GetParam());
  LossBatch turned = batch_of({4, 3}, GetParam());
  turned.outputs.denoising.reset();  // whose order is that of the targets
  LossBatch plain = batch;
  plain.outputs.denoising.reset();
  LtdetrLossSettings settings = settings_for(GetParam());
  // Of targets that a query has equally often, D-FINE's union takes the first, so that its boxes do
  // depend on the order; its classes do not.
  if (settings.dfine) settings.losses = {"vfl"};
  turned.targets.classes[0] = batch.targets.classes[0].flip(0);
  turned.targets.boxes_cxcywh_norm[0] = batch.targets.boxes_cxcywh_norm[0].flip(0);
  EXPECT_NEAR(ltdetr_losses(plain.outputs, plain.targets, settings, 0).total.item<double>(),
              ltdetr_losses(turned.outputs, turned.targets, settings, 0).total.item<double>(),
              1e-4);
}

// The gradient of the mean of two processes' losses, each with half of the batch, is that of one
// process with all of it.
TEST_P(LtdetrLosses, TwoProcessesEqualOne) {
  const bool dfine = GetParam() == DecoderKind::kDfine;
  LossBatch whole = batch_of({2, 2, 2, 2}, GetParam());
  // D-FINE's distillation is a mean over the local batch; without it all terms are sums.
  LtdetrLossSettings settings = settings_for(GetParam());
  settings.loss_weights.erase("loss_ddf");
  ltdetr_losses(whole.outputs, whole.targets, settings, whole.groups).total.backward();
  std::vector<torch::Tensor> expected;
  for (torch::Tensor& leaf : leaves_of(whole.outputs)) {
    expected.push_back(leaf.grad().clone());
    leaf.mutable_grad() = torch::Tensor();
  }

  const auto half = [&](std::int64_t rank) {
    const auto cut = [&](const torch::Tensor& tensor) {
      return tensor.defined() ? tensor.slice(0, 2 * rank, 2 * rank + 2) : tensor;
    };
    const auto cut_layer = [&](LayerOutputs& layer) {
      layer = {
          .logits = cut(layer.logits), .boxes = cut(layer.boxes), .corners = cut(layer.corners)};
    };
    LossBatch local = whole;
    for (DecoderPart* part : {&local.outputs.matching, &*local.outputs.denoising}) {
      for (LayerOutputs& layer : part->layers) cut_layer(layer);
      if (part->pre) cut_layer(*part->pre);
      part->reference_boxes = cut(part->reference_boxes);
    }
    cut_layer(local.outputs.encoder);
    const auto first = static_cast<std::ptrdiff_t>(2 * rank);
    local.targets.classes = {whole.targets.classes.begin() + first,
                             whole.targets.classes.begin() + first + 2};
    local.targets.boxes_cxcywh_norm = {whole.targets.boxes_cxcywh_norm.begin() + first,
                                       whole.targets.boxes_cxcywh_norm.begin() + first + 2};
    return local;
  };
  // What each process counts, for the sum over both.
  std::vector<double> counts[2];
  for (std::int64_t rank = 0; rank < 2; ++rank) {
    const LossBatch local = half(rank);
    ltdetr_losses(local.outputs, local.targets, settings, local.groups, [&](double count) {
      counts[rank].push_back(count);
      return count;
    });
  }
  EXPECT_EQ(counts[0].size(), dfine ? 2U : 1U);
  for (std::int64_t rank = 0; rank < 2; ++rank) {
    const LossBatch local = half(rank);
    std::size_t call = 0;
    const LossTerms terms =
        ltdetr_losses(local.outputs, local.targets, settings, local.groups, [&](double) {
          const double sum = counts[0][call] + counts[1][call];
          ++call;
          return sum / 2;
        });
    (terms.total / 2).backward();
  }
  const std::vector<torch::Tensor> leaves = leaves_of(whole.outputs);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_TRUE(test::near(leaves[i].grad(), expected[i], {.absolute = 1e-7, .relative = 1e-4}))
        << i;
  }
}

TEST_P(LtdetrLosses, ReportBoxesThatAreNotFinite) {
  LossBatch batch = batch_of({2, 3}, GetParam());
  const torch::Tensor boxes = batch.outputs.matching.layers[0].boxes.detach().clone();
  boxes[0].fill_(std::numeric_limits<float>::quiet_NaN());
  batch.outputs.matching.layers[0].boxes = boxes.requires_grad_();
  const LossTerms terms = batch.losses(GetParam());
  EXPECT_FALSE(terms.boxes_finite);
  EXPECT_TRUE(terms.total.isfinite().item<bool>());
  terms.total.backward();
  EXPECT_TRUE(boxes.grad()[0].eq(0).all().item<bool>());
  EXPECT_TRUE(boxes.grad()[1].ne(0).any().item<bool>());
}

TEST_P(LtdetrLosses, StayInFloat32UnderAutocast) {
  const LossBatch batch = batch_of({2, 3}, GetParam());
  const double expected = batch.losses(GetParam()).total.item<double>();
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const torch::Tensor total = batch.losses(GetParam()).total;
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(total.scalar_type(), torch::kFloat);
  EXPECT_EQ(total.item<double>(), expected);
}

TEST_P(LtdetrLosses, OfValidationAreThoseOfTheLastLayer) {
  const LossBatch batch = batch_of({4, 3}, GetParam());
  const LayerOutputs& last = batch.outputs.matching.layers.back();
  const LossTerms terms =
      ltdetr_validation_losses({.logits = last.logits, .boxes = last.boxes, .query_index = {}},
                               batch.targets,
                               settings_for(GetParam()));
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& [name, value] : terms.logged) {
    names.push_back(name);
    sum += value.item<double>();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"loss_vfl", "loss_bbox", "loss_giou"}));
  EXPECT_NEAR(terms.total.item<double>(), sum, 1e-4);
  if (GetParam() == DecoderKind::kRtdetrV2) {
    EXPECT_NEAR(terms.logged[0].second.item<double>(),
                batch.losses(GetParam()).logged[0].second.item<double>(),
                1e-5);
  }
}

TEST_P(LtdetrLosses, FocalLossTakesThePlaceOfTheVarifocal) {
  const LossBatch batch = batch_of({2, 3}, GetParam());
  LtdetrLossSettings settings = settings_for(GetParam());
  settings.losses = {"focal"};
  settings.loss_weights = {{"loss_focal", 1}, {"loss_vfl", 1}};
  settings.validate();
  const LossTerms terms = ltdetr_losses(batch.outputs, batch.targets, settings, batch.groups);
  ASSERT_EQ(terms.logged.size(), 1U);
  EXPECT_EQ(terms.logged[0].first, "loss_focal");
  EXPECT_GT(terms.logged[0].second.item<double>(), 0);
}

// Boxes are smooth only while the matching stays, hence the small steps; scores are constants, so
// that boxes are looked at alone.
TEST_P(LtdetrLosses, GradientOfBoxesAgreesWithDifferences) {
  const LossBatch batch = batch_of({2, 1}, GetParam());
  LtdetrLossSettings settings = settings_for(GetParam());
  settings.losses = {"boxes"};
  test::expect_gradients_agree(
      [&] { return ltdetr_losses(batch.outputs, batch.targets, settings, batch.groups).total; },
      {batch.outputs.matching.layers[0].boxes,
       batch.outputs.denoising->layers[1].boxes,
       batch.outputs.encoder.boxes},
      1e-3,
      2e-2);
}

TEST_P(LtdetrLosses, RefuseTargetsOfOtherImages) {
  LossBatch batch = batch_of({2, 3}, GetParam());
  batch.targets.classes.pop_back();
  batch.targets.boxes_cxcywh_norm.pop_back();
  EXPECT_THROW(batch.losses(GetParam()), Error);
}

TEST_P(LtdetrLosses, RefuseDenoisingQueriesThatDoNotFit) {
  LossBatch batch = batch_of({2, 3}, GetParam());
  batch.groups += 1;
  EXPECT_THROW(batch.losses(GetParam()), Error);
}

}  // namespace
}  // namespace saker
