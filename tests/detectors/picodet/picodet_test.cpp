#include "detectors/picodet/picodet.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <string>
#include <vector>

#include "detectors/picodet/golden_weights.hpp"
#include "saker/error.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

using test::GoldenTensors;
using test::Tolerance;

struct ManifestCase {
  std::string name, file;
};

class PicoDetManifest : public ::testing::TestWithParam<ManifestCase> {};

TEST_P(PicoDetManifest, KeysOrderShapesAndCounts) {
  SAKER_GOLDEN(path, "picodet/manifest/" + GetParam().file);
  const auto manifest = test::read_json(path);
  const auto model = test::golden_picodet(GetParam().name, 80, {416, 416});
  const StateDict state = collect_state_dict(*model);
  const auto& expected = manifest.at("state_dict");
  ASSERT_EQ(state.size(), expected.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::string key = expected[i].at("key");
    ASSERT_EQ(state.entries()[i].first, key) << "entry " << i;
    EXPECT_EQ(state.entries()[i].second.sizes().vec(),
              expected[i].at("shape").get<std::vector<std::int64_t>>())
        << key;
    EXPECT_EQ(state.entries()[i].second.scalar_type() == torch::kInt64,
              expected[i].at("dtype") == "int64")
        << key;
  }
  const auto& counts = manifest.at("parameters");
  EXPECT_EQ(model->inference_parameter_count(),
            counts.at("inference (without head)").get<std::int64_t>());
  std::int64_t total = 0;
  for (const torch::Tensor& parameter : model->parameters()) total += parameter.numel();
  EXPECT_EQ(total, counts.at("total").get<std::int64_t>());
}

INSTANTIATE_TEST_SUITE_P(Architectures,
                         PicoDetManifest,
                         ::testing::Values(ManifestCase{"picodet/s-416", "picodet_s-416.json"},
                                           ManifestCase{"picodet/l-416", "picodet_l-416.json"},
                                           ManifestCase{"picodet/l-640", "picodet_l-640.json"}),
                         [](const auto& param) { return "case" + std::to_string(param.index); });

struct ForwardCase {
  std::string file, name, input;
  std::int64_t num_classes, batch, height, width;
  double relative;
};

class PicoDetForward : public ::testing::TestWithParam<ForwardCase> {};

TEST_P(PicoDetForward, AgreesWithTheReference) {
  const ForwardCase& c = GetParam();
  SAKER_GOLDEN(path, "picodet/" + c.file + ".safetensors");
  const GoldenTensors golden(path);
  const auto model = test::golden_picodet(c.name, c.num_classes, {c.height, c.width});
  const torch::Tensor images = test::golden_input(c.input, c.batch, c.height, c.width);
  const torch::NoGradGuard no_grad;
  const Tolerance tolerance{1e-4, c.relative};

  const std::vector<torch::Tensor> stages = model->backbone().forward(images);
  golden.expect_near("feat.block2", stages[0], tolerance);
  golden.expect_near("feat.block9", stages[1], tolerance);
  golden.expect_near("feat.block12", stages[2], tolerance);
  const std::vector<torch::Tensor> levels = model->features(images);
  const auto outputs = model->forward_train(images);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string level = std::to_string(i);
    golden.expect_near("p" + std::to_string(i + 3), levels[i], tolerance);
    golden.expect_near("o2m.cls" + level, outputs.one_to_many.cls_logits[i], tolerance);
    golden.expect_near("o2m.box" + level, outputs.one_to_many.box_logits[i], tolerance);
    golden.expect_near("o2o.cls" + level, outputs.one_to_one.cls_logits[i], tolerance);
    golden.expect_near("o2o.box" + level, outputs.one_to_one.box_logits[i], tolerance);
  }

  const DecodedOutputs decoded = model->forward(images);
  golden.expect_near("decode.boxes", decoded.boxes_xyxy, {2e-3, 0});
  const torch::Tensor clear = golden.full("decode.peak_margin") > 1e-5;
  const torch::Tensor keep = golden.full("decode.keep").to(torch::kBool);
  const torch::Tensor actual_keep = decoded.cls_logits.amax(-1) > -1e5;
  EXPECT_TRUE(actual_keep.masked_select(clear).equal(keep.masked_select(clear)));
  const torch::Tensor argmax = decoded.cls_logits.argmax(-1);
  const torch::Tensor compared = clear & keep;
  EXPECT_TRUE(
      argmax.masked_select(compared).equal(golden.full("decode.argmax").masked_select(compared)));
  EXPECT_TRUE(test::near(decoded.obj_logits.masked_select(compared),
                         golden.full("decode.obj_logits").masked_select(compared),
                         tolerance));
  EXPECT_TRUE(decoded.obj_logits.equal(decoded.cls_logits.amax(-1)));

  if (!golden.info().at("orig_size_hw").is_null()) {
    const auto size = golden.info().at("orig_size_hw").get<std::vector<std::int64_t>>();
    golden.expect_near("decode.boxes_orig",
                       model->forward(images, ImageSize{size[0], size[1]}).boxes_xyxy,
                       {2e-3, 0});
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes,
    PicoDetForward,
    ::testing::Values(
        ForwardCase{"forward_s_416", "picodet/s-416", "picodet.x416", 80, 1, 416, 416, 1e-4},
        ForwardCase{"forward_s_320", "picodet/s-416", "picodet.x320", 20, 1, 320, 320, 1e-4},
        ForwardCase{"forward_s_200x152", "picodet/s-416", "picodet.x200", 5, 2, 200, 152, 1e-4},
        ForwardCase{"forward_l640_320", "picodet/l-640", "picodet.x320", 10, 1, 320, 320, 2e-4},
        ForwardCase{"forward_l416_320", "picodet/l-416", "picodet.x320", 10, 1, 320, 320, 2e-4}),
    [](const auto& param) {
      std::string name = param.param.file;
      return name;
    });

// The scalar of the golden gradients: every output times fixed weights, summed.
torch::Tensor weighted_sum(const PicoDet::TrainingOutputs& outputs) {
  torch::Tensor sum = torch::zeros({});
  const auto add = [&](const std::string& key, const std::vector<torch::Tensor>& maps) {
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const std::string name = "picodet.train.g." + key + std::to_string(i);
      sum = sum + (maps[i] * test::uniform_tensor(name, maps[i].sizes().vec(), -1, 1)).sum();
    }
  };
  add("bbox_preds", outputs.one_to_many.box_logits);
  add("cls_scores", outputs.one_to_many.cls_logits);
  add("o2o_bbox_preds", outputs.one_to_one.box_logits);
  add("o2o_cls_scores", outputs.one_to_one.cls_logits);
  return sum;
}

TEST(PicoDet, TrainingModeAgreesWithTheReference) {
  SAKER_GOLDEN(path, "picodet/forward_train_s_160.safetensors");
  const GoldenTensors golden(path);
  const auto model = test::golden_picodet("picodet/s-416", 5, {160, 160});
  const torch::Tensor images = test::golden_input("picodet.train.x", 2, 160, 160);
  model->train();
  const auto outputs = model->forward_train(images);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string level = std::to_string(i);
    golden.expect_near("cls_scores" + level, outputs.one_to_many.cls_logits[i], {5e-3, 0});
    golden.expect_near("bbox_preds" + level, outputs.one_to_many.box_logits[i], {5e-3, 0});
    golden.expect_near("o2o_cls_scores" + level, outputs.one_to_one.cls_logits[i], {5e-3, 0});
    golden.expect_near("o2o_bbox_preds" + level, outputs.one_to_one.box_logits[i], {5e-3, 0});
  }
  int compared = 0;
  for (const auto& item : model->named_buffers()) {
    const std::string key = "after." + item.key();
    if (!golden.info().at("tensors").contains(key)) continue;
    golden.expect_near(key, item.value(), {1e-4, 0});
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST(PicoDet, GradientsAgreeWithTheReference) {
  SAKER_GOLDEN(path, "picodet/forward_train_s_160.safetensors");
  const GoldenTensors golden(path);
  const auto model = test::golden_picodet("picodet/s-416", 5, {160, 160});
  const torch::Tensor loss =
      weighted_sum(model->forward_train(test::golden_input("picodet.train.x", 2, 160, 160)));
  golden.expect_near("eval.loss", loss.view({1}), {0, 1e-5});
  loss.backward();
  const auto& expected = golden.info().at("eval_mode_parameter_gradients");
  for (const auto& item : model->named_parameters()) {
    const double norm = expected.at(item.key()).at("norm");
    EXPECT_NEAR(item.value().grad().to(torch::kFloat64).norm().item<double>(), norm, 1e-2 * norm)
        << item.key();
  }
}

torch::Tensor concatenated(const std::vector<Predictions>& predictions) {
  std::vector<torch::Tensor> rows;
  for (const Predictions& p : predictions) {
    rows.push_back(torch::cat(
        {p.boxes_xyxy, p.scores.unsqueeze(1), p.classes.to(torch::kFloat32).unsqueeze(1)}, 1));
  }
  return torch::cat(rows);
}

TEST(PicoDet, DeployedFormPredictsTheSame) {
  const auto model = test::golden_picodet("picodet/s-416", 5, {160, 192});
  const torch::Tensor images = test::golden_input("x", 2, 160, 192);
  const std::vector<ImageSize> sizes = {{120, 300}, {160, 192}};
  const std::vector<Predictions> expected = model->predict(images, sizes);
  const auto deployed = model->deployed();
  const std::vector<Predictions> actual = deployed->predict(images, sizes);
  ASSERT_EQ(actual.size(), 2U);
  EXPECT_GT(expected[0].scores.size(0), 0);
  EXPECT_TRUE(test::near(concatenated(actual), concatenated(expected), {5e-3, 0}));
  EXPECT_EQ(deployed->inference_parameter_count(), model->inference_parameter_count());
  EXPECT_THROW(deployed->training_losses(images, {}, {}), Error);
}

TEST(PicoDet, CopyHasWeightsOfItsOwn) {
  const auto model = test::golden_picodet("picodet/s-416", 3, {64, 64});
  model->train();
  const auto copy = model->copy();
  EXPECT_TRUE(copy->is_training());
  const StateDict before = collect_state_dict(*model);
  const StateDict copied = collect_state_dict(*copy);
  ASSERT_EQ(before.size(), copied.size());
  const torch::NoGradGuard no_grad;
  for (const auto& item : before) {
    ASSERT_TRUE(item.second.equal(*copied.find(item.first))) << item.first;
    ASSERT_NE(item.second.data_ptr(), copied.find(item.first)->data_ptr()) << item.first;
  }
}

TEST(PicoDet, FreshWeightsDependOnTheSeedAlone) {
  const DetectorSpec spec{
      .model_name = "picodet/s-416", .image_size = {64, 64}, .classes = {{0, "a"}, {1, "b"}}};
  const PicoDetConfig config = find_picodet("picodet/s-416")->config;
  const PicoDet first(spec, config, {}, 7), second(spec, config, {}, 7), other(spec, config, {}, 8);
  const StateDict a = collect_state_dict(first), b = collect_state_dict(second),
                  c = collect_state_dict(other);
  for (const auto& item : a) ASSERT_TRUE(item.second.equal(*b.find(item.first))) << item.first;
  EXPECT_FALSE(a.find("backbone.conv1.conv.weight")->equal(*c.find("backbone.conv1.conv.weight")));
  // 24 outputs of 3 x 3: std = sqrt(2 / 216)
  EXPECT_NEAR(
      a.find("backbone.conv1.conv.weight")->std().item<double>(), std::sqrt(2.0 / 216), 0.01);
  EXPECT_NEAR(a.find("head.cls_convs.0.0.pointwise.weight")->std().item<double>(), 0.01, 5e-4);
  EXPECT_TRUE(a.find("o2o_head.gfl_cls.2.bias")->narrow(0, 0, 2).eq(-4.6F).all().item<bool>());
  EXPECT_TRUE(a.find("o2o_head.gfl_cls.2.bias")->narrow(0, 2, 32).eq(0).all().item<bool>());
}

TEST(PicoDet, FrozenBackboneStaysInEvaluationMode) {
  const auto model = test::golden_picodet("picodet/s-416", 2, {64, 64});
  model->set_backbone_frozen(true);
  model->train();
  EXPECT_FALSE(model->backbone().is_training());
  EXPECT_TRUE(model->is_training());
  for (const auto& item : model->named_parameters()) {
    EXPECT_EQ(item.value().requires_grad(), !item.key().starts_with("backbone.")) << item.key();
  }
}

TEST(PicoDet, RefusesSpecsWithoutClassesOrSize) {
  const PicoDetConfig config = find_picodet("picodet/s-416")->config;
  EXPECT_THROW(
      PicoDet(
          {.model_name = "picodet/s-416", .image_size = {64, 64}, .classes = {}}, config, {}, 0),
      Error);
  EXPECT_THROW(
      PicoDet({.model_name = "picodet/s-416", .image_size = {0, 64}, .classes = {{0, "a"}}},
              config,
              {},
              0),
      Error);
}

TEST(PicoDetOptions, ReadsInitArgs) {
  const PicoDetOptions options =
      PicoDetOptions::from_init_args({{"score_threshold", 0.1}, {"num_classes", 3}});
  EXPECT_EQ(options.score_threshold, 0.1);
  EXPECT_EQ(options.iou_threshold, 0.6);
  EXPECT_THROW(PicoDetOptions::from_init_args({{"reg_max", 16}}), Error);
  EXPECT_THROW(PicoDetOptions::from_init_args({{"max_detections", "many"}}), Error);
}

}  // namespace
}  // namespace saker
