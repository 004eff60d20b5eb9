#include "detectors/ltdetr/ltdetr.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <functional>
#include <string>

#include "detectors/init_args.hpp"
#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/registry.hpp"
#include "error_message.hpp"
#include "saker/error.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/normalized_image.hpp"

namespace saker {
namespace {

constexpr ImageSize kSize = {56, 84};

// The smallest detector of each decoder.
std::shared_ptr<Ltdetr> tiny(const std::string& decoder = "rtdetrv2", std::int64_t classes = 3) {
  return test::golden_ltdetr(
      decoder == "dfine" ? "dinov2/_vittest14-ltdetrv2" : "dinov2/_vittest14-ltdetr",
      classes,
      kSize);
}

torch::Tensor images(std::int64_t count) {
  std::vector<torch::Tensor> list;
  for (std::int64_t i = 0; i < count; ++i)
    list.push_back(test::normalized_image("image." + std::to_string(i), kSize.height, kSize.width));
  return torch::cat(list);
}

TEST(Ltdetr, PredictsBatchesAsImagesAlone) {
  const auto detector = tiny();
  const std::vector<ImageSize> sizes = {{100, 200}, {300, 50}};
  const auto both = detector->predict(images(2), sizes);
  ASSERT_EQ(both.size(), 2U);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto alone =
        detector->predict(images(2).narrow(0, i, 1), {sizes[static_cast<std::size_t>(i)]});
    const Predictions& found = both[static_cast<std::size_t>(i)];
    EXPECT_EQ(found.scores.size(0), 20);
    EXPECT_TRUE(test::near(found.scores, alone[0].scores, {1e-5, 0}));
    EXPECT_TRUE(test::near(found.boxes_xyxy, alone[0].boxes_xyxy, {1e-3, 0}));
  }
}

TEST(Ltdetr, PredictsInEvaluationModeAndRestoresTheMode) {
  const auto detector = tiny();
  const auto expected = detector->predict(images(1), {kSize});
  detector->train();
  const auto found = detector->predict(images(1), {kSize});
  EXPECT_TRUE(detector->is_training());
  EXPECT_TRUE(found[0].scores.equal(expected[0].scores));
}

TEST(Ltdetr, DeployedFormAgreesWithTheTrainingForm) {
  for (const char* decoder : {"rtdetrv2", "dfine"}) {
    SCOPED_TRACE(decoder);
    const auto detector = tiny(decoder);
    const torch::NoGradGuard no_grad;
    const DecoderPrediction expected = detector->forward(images(2));
    const std::int64_t weights = detector->inference_parameter_count();
    const auto deployed = std::dynamic_pointer_cast<Ltdetr>(detector->deployed());
    const DecoderPrediction found = deployed->forward(images(2));
    EXPECT_TRUE(found.query_index.equal(expected.query_index));
    EXPECT_TRUE(test::near(found.logits, expected.logits, {1e-4, 0}));
    EXPECT_TRUE(test::near(found.boxes, expected.boxes, {1e-5, 0}));
    EXPECT_EQ(deployed->inference_parameter_count(), weights);
    EXPECT_THROW(deployed->training_losses(images(1), {}, {}), Error);
    EXPECT_THROW(deployed->copy(), Error);
    // The original is as it was.
    EXPECT_TRUE(detector->forward(images(2)).logits.equal(expected.logits));
  }
}

TEST(Ltdetr, CopiesHaveWeightsOfTheirOwn) {
  const auto detector = tiny("dfine");
  detector->set_backbone_frozen(true);
  const auto copy = std::dynamic_pointer_cast<Ltdetr>(detector->copy());
  const StateDict own = collect_state_dict(*detector);
  for (const auto& [name, tensor] : collect_state_dict(*copy)) {
    ASSERT_TRUE(own.find(name)->equal(tensor)) << name;
    ASSERT_NE(own.find(name)->data_ptr(), tensor.data_ptr()) << name;
  }
  EXPECT_TRUE(copy->backbone().is_frozen());
  EXPECT_FALSE(
      copy->named_parameters()["backbone._model_wrapper._model.cls_token"].requires_grad());
}

TEST(Ltdetr, CarriesTheReferencesInitArgsInOrder) {
  DetectorSpec spec = tiny()->spec();
  spec.classes = {{7, "car"}, {1, "person"}};
  LtdetrOptions options;
  options.decoder_name = "dfine";
  options.backbone_args = {{"drop_path_rate", 0.1}};
  const Ltdetr detector(spec, find_ltdetr("dinov2/_vittest14-ltdetr")->config, options, 0);
  const PickleDict args = make_init_args(detector);
  std::vector<std::string> keys;
  for (const auto& item : args.items) keys.push_back(item.first.as_string());
  EXPECT_EQ(keys,
            (std::vector<std::string>{"model_name",
                                      "classes",
                                      "image_size",
                                      "patch_size",
                                      "image_normalize",
                                      "backbone_freeze",
                                      "backbone_weights",
                                      "backbone_args",
                                      "decoder_name"}));
  EXPECT_EQ(args.find("classes")->as_dict().items[0].first.as_int(), 7);
  EXPECT_TRUE(args.find("image_size")->is_tuple());
  EXPECT_EQ(args.find("patch_size")->as_int(), 14);
  EXPECT_TRUE(args.find("image_normalize")->at("mean").is_tuple());
  EXPECT_TRUE(args.find("backbone_weights")->is_none());
  EXPECT_EQ(args.find("backbone_args")->at("drop_path_rate").as_double(), 0.1);
  EXPECT_EQ(args.find("decoder_name")->as_string(), "dfine");
}

TEST(Ltdetr, HasNoPatchSizeWithoutPatches) {
  const auto detector =
      test::uninitialized_ltdetr("dinov3/convnext-tiny-ltdetr", 2, ImageSize{256, 256});
  EXPECT_TRUE(detector->init_args().at("patch_size").is_null());
  EXPECT_EQ(detector->init_args().at("decoder_name").as_string(), "rtdetrv2");
}

TEST(Ltdetr, TakesAsManyChannelsAsTheNormalisationHas) {
  DetectorSpec spec = tiny()->spec();
  spec.normalization = Normalization{{0, 0, 0, 0}, {1, 1, 1, 1}};
  const LtdetrConfig& config = find_ltdetr("dinov2/_vittest14-ltdetr")->config;
  Ltdetr detector(spec, config, {}, 0);
  EXPECT_EQ(detector.input_channels(), 4);
  detector.eval();
  EXPECT_EQ(detector.predict(torch::rand({1, 4, 56, 84}), {kSize}).size(), 1U);

  LtdetrOptions options;
  options.backbone.in_chans = 2;
  EXPECT_TRUE(
      test::contains(test::message_of(ErrorKind::kUsage, [&] { Ltdetr(spec, config, options, 0); }),
                     "image_normalize has 4 values"));
  spec.normalization.reset();
  EXPECT_EQ(Ltdetr(spec, config, options, 0).input_channels(), 2);
}

TEST(Ltdetr, RefusesWhatItCannotBe) {
  DetectorSpec spec = tiny()->spec();
  const LtdetrConfig& config = find_ltdetr("dinov2/_vittest14-ltdetr")->config;
  spec.image_size = {56, 80};
  EXPECT_TRUE(
      test::contains(test::message_of(ErrorKind::kUsage, [&] { Ltdetr(spec, config, {}, 0); }),
                     "multiples of 28"));
  spec.image_size = kSize;
  spec.classes.clear();
  EXPECT_TRUE(
      test::contains(test::message_of(ErrorKind::kUsage, [&] { Ltdetr(spec, config, {}, 0); }),
                     "at least one class"));
}

TEST(LtdetrOptions, SayWhatIsWrongWithArgumentsOfAFile) {
  const std::string message = test::message_of(ErrorKind::kCheckpoint, [] {
    LtdetrOptions::from_build_args(
        {{"patch_size", "16"}, {"decoder_name", "detr"}, {"backbone_args", {{"depth", 3}}}});
  });
  EXPECT_TRUE(test::contains(message, "model_init_args.patch_size")) << message;
  EXPECT_TRUE(test::contains(message, "must be rtdetrv2 or dfine")) << message;
  EXPECT_TRUE(test::contains(message, "backbone_args.depth")) << message;
}

TEST(LtdetrOptions, TellOfArgumentsThatAreNotKnown) {
  DetectorSpec spec = tiny()->spec();
  const auto detector = make_detector(spec, {{"from_the_future", 1}, {"backbone_freeze", true}}, 0);
  ASSERT_EQ(detector->warnings().size(), 1U);
  EXPECT_TRUE(test::contains(detector->warnings()[0], "from_the_future"));
  EXPECT_TRUE(detector->init_args().at("backbone_freeze").as_bool());
}

}  // namespace
}  // namespace saker
