// Properties of both decoders, on small ones.
#include "detectors/ltdetr/decoder.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <vector>

#include "saker/error.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

using Maps = std::vector<torch::Tensor>;

constexpr std::int64_t kDecoderClasses = 3;

DecoderConfig small_config(DecoderKind kind) {
  return {.kind = kind,
          .in_channels = {16, 24, 16},
          .strides = {8, 16, 32},
          .width = 16,
          .heads = 2,
          .layers = 3,
          .ffn_width = 32,
          .points = {2, 3, 1},
          .queries = 20};
}

Maps random_maps(std::int64_t batch, std::int64_t finest = 8) {
  return {torch::randn({batch, 16, finest, finest}),
          torch::randn({batch, 24, finest / 2, finest / 2}),
          torch::randn({batch, 16, finest / 4, finest / 4})};
}

// Two groups of two queries each, and a padding class among them.
DenoisingQueries denoising_queries(std::int64_t batch) {
  const std::int64_t noised = 4, all = noised + 20;
  torch::Tensor mask = torch::zeros({all, all}, torch::kBool);
  mask.narrow(0, noised, 20).narrow(1, 0, noised).fill_(true);
  mask.narrow(0, 0, 2).narrow(1, 2, 2).fill_(true);
  mask.narrow(0, 2, 2).narrow(1, 0, 2).fill_(true);
  return {.classes = torch::tensor(std::vector<std::int64_t>{0, 1, 2, kDecoderClasses})
                         .expand({batch, noised}),
          .reference_logits = torch::randn({batch, noised, 4}),
          .attention_mask = mask};
}

DenoisingQueries no_denoising_queries(std::int64_t batch) {
  return {.classes = torch::zeros({batch, 0}, torch::kInt64),
          .reference_logits = torch::zeros({batch, 0, 4}),
          .attention_mask = torch::zeros({20, 20}, torch::kBool)};
}

// Weights that do something, also where first values are zero.
std::shared_ptr<Decoder> small_decoder(const DecoderConfig& config) {
  const auto decoder = make_decoder(config, kDecoderClasses, 5);
  torch::manual_seed(11);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : decoder->parameters()) {
    if (parameter.requires_grad()) parameter.add_(torch::randn_like(parameter) * 0.05);
  }
  return decoder;
}

::testing::AssertionResult close(const torch::Tensor& a, const torch::Tensor& b) {
  return test::near(a, b, {.absolute = 1e-4, .relative = 1e-4});
}

class SmallDecoder : public ::testing::TestWithParam<DecoderKind> {
 protected:
  SmallDecoder() : decoder(small_decoder(small_config(GetParam()))) { torch::manual_seed(1); }

  std::shared_ptr<Decoder> decoder;
};

TEST_P(SmallDecoder, ShapesAndRanges) {
  const DecoderOutputs outputs = decoder->forward_train(random_maps(2), denoising_queries(2));
  const bool distances = GetParam() == DecoderKind::kDfine;
  const auto check = [&](const LayerOutputs& layer, std::int64_t queries, bool corners) {
    EXPECT_EQ(layer.logits.sizes(), (c10::IntArrayRef{2, queries, kDecoderClasses}));
    EXPECT_EQ(layer.boxes.sizes(), (c10::IntArrayRef{2, queries, 4}));
    ASSERT_EQ(layer.corners.defined(), corners);
    if (corners) {
      EXPECT_EQ(layer.corners.sizes(), (c10::IntArrayRef{2, queries, 4 * 33}));
    }
  };
  ASSERT_TRUE(outputs.denoising.has_value());
  const std::pair<const DecoderPart*, std::int64_t> parts[] = {{&outputs.matching, 20},
                                                               {&*outputs.denoising, 4}};
  for (const auto& [part, queries] : parts) {
    ASSERT_EQ(part->layers.size(), 3U);
    for (const LayerOutputs& layer : part->layers) check(layer, queries, distances);
    ASSERT_EQ(part->pre.has_value(), distances);
    ASSERT_EQ(part->reference_boxes.defined(), distances);
    if (!distances) continue;
    check(*part->pre, queries, false);
    EXPECT_FALSE(part->reference_boxes.requires_grad());
    EXPECT_TRUE(torch::equal(part->reference_boxes, part->pre->boxes));
  }
  check(outputs.encoder, 20, false);
  EXPECT_EQ(outputs.query_index.sizes(), (c10::IntArrayRef{2, 20}));
}

TEST_P(SmallDecoder, EachImageOfABatchIsAsAlone) {
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const Maps maps = random_maps(3);
  const DecoderPrediction together = decoder->forward(maps);
  for (std::int64_t b = 0; b < 3; ++b) {
    Maps one;
    for (const torch::Tensor& map : maps) one.push_back(map.narrow(0, b, 1));
    const DecoderPrediction alone = decoder->forward(one);
    EXPECT_TRUE(torch::equal(alone.query_index, together.query_index.narrow(0, b, 1)));
    EXPECT_TRUE(close(alone.logits, together.logits.narrow(0, b, 1)));
    EXPECT_TRUE(close(alone.boxes, together.boxes.narrow(0, b, 1)));
  }
}

TEST_P(SmallDecoder, PredictsWhatTheLastLayerTrains) {
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const Maps maps = random_maps(2);
  const DecoderPrediction prediction = decoder->forward(maps);
  const DecoderOutputs outputs = decoder->forward_train(maps);
  EXPECT_TRUE(torch::equal(prediction.query_index, outputs.query_index));
  EXPECT_TRUE(close(prediction.logits, outputs.matching.layers.back().logits));
  EXPECT_TRUE(close(prediction.boxes, outputs.matching.layers.back().boxes));
}

TEST_P(SmallDecoder, DeployedFormPredictsTheSame) {
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const Maps maps = random_maps(2);
  const DecoderPrediction expected = decoder->forward(maps);
  decoder->deploy();
  const DecoderPrediction actual = decoder->forward(maps);
  EXPECT_TRUE(torch::equal(actual.query_index, expected.query_index));
  EXPECT_TRUE(close(actual.logits, expected.logits));
  EXPECT_TRUE(close(actual.boxes, expected.boxes));
  EXPECT_THROW(decoder->forward_train(maps), Error);
}

TEST_P(SmallDecoder, QueriesDoNotSeeDenoisingQueries) {
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const Maps maps = random_maps(2);
  const DenoisingQueries noised = denoising_queries(2);
  const DecoderOutputs with = decoder->forward_train(maps, noised);
  const DecoderOutputs without = decoder->forward_train(maps);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(close(with.matching.layers[i].logits, without.matching.layers[i].logits));
    EXPECT_TRUE(close(with.matching.layers[i].boxes, without.matching.layers[i].boxes));
  }
  // Nor do groups see each other: exchanging them exchanges their outputs.
  const torch::Tensor order = torch::tensor({2, 3, 0, 1});
  const DecoderOutputs exchanged = decoder->forward_train(
      maps,
      DenoisingQueries{.classes = noised.classes.index_select(1, order),
                       .reference_logits = noised.reference_logits.index_select(1, order),
                       .attention_mask = noised.attention_mask});
  EXPECT_TRUE(close(exchanged.denoising->layers.back().boxes,
                    with.denoising->layers.back().boxes.index_select(1, order)));
}

TEST_P(SmallDecoder, ABatchWithoutTargetsGivesTheEmbeddingAZeroGradient) {
  const auto run = [&](const std::optional<DenoisingQueries>& denoising) {
    decoder->zero_grad();
    const DecoderOutputs outputs = decoder->forward_train(random_maps(1), denoising);
    torch::Tensor loss = outputs.matching.layers.back().logits.sum();
    if (outputs.denoising) loss = loss + outputs.denoising->layers.back().boxes.sum();
    loss.backward();
    return decoder->named_parameters()["denoising_class_embed.weight"].grad();
  };
  EXPECT_FALSE(run(std::nullopt).defined());
  const torch::Tensor none = run(no_denoising_queries(1));
  ASSERT_TRUE(none.defined());
  EXPECT_TRUE(none.eq(0).all().item<bool>());
  const torch::Tensor some = run(denoising_queries(1));
  EXPECT_TRUE(some.narrow(0, 0, kDecoderClasses).ne(0).any(1).all().item<bool>());
  EXPECT_TRUE(some[kDecoderClasses].eq(0).all().item<bool>());  // padding
}

TEST_P(SmallDecoder, TooFewTokensAreAnError) {
  decoder->eval();
  // 16 + 4 + 1 tokens are enough for 20 queries, 4 + 1 + 1 are not.
  EXPECT_NO_THROW(decoder->forward(random_maps(1, 4)));
  const Maps tiny = {
      torch::zeros({1, 16, 2, 2}), torch::zeros({1, 24, 1, 1}), torch::zeros({1, 16, 1, 1})};
  try {
    decoder->forward(tiny);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("6 tokens"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("20"), std::string::npos) << error.what();
  }
}

TEST_P(SmallDecoder, SizesOfMapsMayChangeFromCallToCall) {
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const Maps large = random_maps(1, 16), small = random_maps(1, 8);
  const DecoderPrediction first = decoder->forward(large);
  decoder->forward(small);
  const DecoderPrediction again = decoder->forward(large);
  EXPECT_TRUE(torch::equal(first.boxes, again.boxes));
}

INSTANTIATE_TEST_SUITE_P(All,
                         SmallDecoder,
                         ::testing::Values(DecoderKind::kRtdetrV2, DecoderKind::kDfine),
                         [](const auto& tested) {
                           return tested.param == DecoderKind::kDfine ? "Dfine" : "RtdetrV2";
                         });

// The two ways to train boxes: the same layer by layer but for what layers after the first train.
TEST(RtdetrV2Decoder, BoxRefinement) {
  torch::manual_seed(2);
  const Maps maps = random_maps(1);
  DecoderConfig config = small_config(DecoderKind::kRtdetrV2);
  const auto run = [&](BoxRefine refine) {
    config.box_refine = refine;
    const auto decoder = small_decoder(config);
    decoder->eval();
    const DecoderOutputs outputs = decoder->forward_train(maps);
    // The gradient that the last layer's boxes send to the first layer's box head, directly or not.
    outputs.matching.layers.back().boxes.sum().backward();
    const torch::Tensor gradient =
        decoder->named_parameters()["dec_bbox_head.1.layers.2.bias"].grad();
    return std::make_tuple(outputs, decoder->forward(maps).boxes.detach(), gradient);
  };
  const auto [rtdetr, predicted, rtdetr_gradient] = run(BoxRefine::kRtdetr);
  const auto [reference, also_predicted, reference_gradient] = run(BoxRefine::kReference);
  EXPECT_TRUE(torch::equal(predicted, also_predicted));
  EXPECT_TRUE(close(rtdetr.matching.layers[2].boxes, predicted));
  EXPECT_FALSE(close(reference.matching.layers[2].boxes, predicted));
  EXPECT_TRUE(torch::equal(rtdetr.matching.layers[0].boxes, reference.matching.layers[0].boxes));
  // Only RT-DETR's rule lets a layer learn from the next one's box.
  ASSERT_TRUE(rtdetr_gradient.defined());
  EXPECT_TRUE(rtdetr_gradient.ne(0).all().item<bool>());
  EXPECT_FALSE(reference_gradient.defined() && reference_gradient.ne(0).any().item<bool>());
}

// logit(box of the reference's rule) - logit(prediction) is the layer's delta, once more.
TEST(RtdetrV2Decoder, TheReferenceAppliesADeltaTwice) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  DecoderConfig config = small_config(DecoderKind::kRtdetrV2);
  config.box_refine = BoxRefine::kReference;
  const auto decoder = small_decoder(config);
  decoder->eval();
  const Maps maps = random_maps(1);
  const DecoderOutputs outputs = decoder->forward_train(maps);
  config.box_refine = BoxRefine::kRtdetr;
  const auto other = small_decoder(config);
  other->eval();
  const DecoderOutputs refined = other->forward_train(maps);
  const torch::Tensor before = refined.matching.layers[0].boxes.logit();
  const torch::Tensor once = refined.matching.layers[1].boxes.logit();
  const torch::Tensor twice = outputs.matching.layers[1].boxes.logit();
  EXPECT_TRUE(torch::allclose(twice - once, once - before, 1e-3, 1e-3));
}

}  // namespace
}  // namespace saker
