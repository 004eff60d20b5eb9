#include "detectors/ltdetr/ltdetr_weights.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "detectors/load_weights.hpp"
#include "detectors/ltdetr/golden_detector.hpp"
#include "error_message.hpp"
#include "fill.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "tensors/fill_module.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

constexpr ImageSize kWeightsSize = {56, 84};
constexpr const char* kTiny = "dinov2/_vittest14-ltdetr";

StateDict renamed(const StateDict& state, const std::string& from, const std::string& to) {
  StateDict result;
  for (const auto& [name, tensor] : state)
    result.add(name.starts_with(from) ? to + name.substr(from.size()) : name, tensor);
  return result;
}

StateDict cloned(const torch::nn::Module& module) {
  StateDict result;
  for (const auto& [name, tensor] : collect_state_dict(module)) result.add(name, tensor.clone());
  return result;
}

void expect_same(const torch::nn::Module& module, const StateDict& expected) {
  for (const auto& [name, tensor] : collect_state_dict(module))
    ASSERT_TRUE(tensor.equal(*expected.find(name))) << name;
}

TEST(LtdetrWeights, TakesClassRowsByPositionAsTheReferenceDoes) {
  SAKER_GOLDEN(path, "ltdetr_train/class_heads.json");
  const auto golden_file = test::read_json(path);
  for (const auto& [label, item] : golden_file.at("cases").items()) {
    SCOPED_TRACE(label);
    const std::string kind = label.substr(0, label.find(':'));
    const std::string counts = label.substr(label.find(':') + 1);
    const std::int64_t in_file = std::stoll(counts), in_model = std::stoll(counts.substr(3));
    const std::string name = kind == "dfine" ? "dinov2/_vittest14-ltdetrv2" : kTiny;
    const auto file = test::uninitialized_ltdetr(name, in_file, kWeightsSize);
    test::fill_module(*file, "ckpt/");
    const auto model = test::uninitialized_ltdetr(name, in_model, kWeightsSize);
    test::fill_module(*model, "module/");
    const StateDict own = cloned(*model), stored = collect_state_dict(*file);
    const WeightsReport report = load_weights(*model, stored, LoadMode::kFineTuning);
    EXPECT_EQ(report.missing.size(), item.at("missing").size());
    EXPECT_EQ(report.unexpected.size(), item.at("unexpected").size());
    EXPECT_EQ(report.adapted.empty(), in_file == in_model);
    const StateDict loaded = collect_state_dict(*model);
    for (const auto& [key, rows] : item.at("rows").items()) {
      const torch::Tensor tensor = *loaded.find(key);
      ASSERT_EQ(static_cast<std::size_t>(tensor.size(0)), rows.size()) << key;
      for (std::int64_t i = 0; i < tensor.size(0); ++i) {
        const std::string origin = rows[static_cast<std::size_t>(i)];
        const bool from_file = origin.starts_with("checkpoint[");
        const std::int64_t row = from_file ? std::stoll(origin.substr(11)) : i;
        const torch::Tensor* source = (from_file ? stored : own).find(key);
        EXPECT_TRUE(tensor[i].equal((*source)[row])) << key << " row " << i << ": " << origin;
      }
    }
  }
}

TEST(LtdetrWeights, LeavesClassHeadsFreshWhenAsked) {
  LtdetrOptions options;
  options.reinit_class_head = true;
  const auto model = test::golden_ltdetr(kTiny, 3, kWeightsSize, options);
  const StateDict before = cloned(*model);
  const auto file = test::uninitialized_ltdetr(kTiny, 3, kWeightsSize);
  test::fill_module(*file, "file/");
  const WeightsReport report =
      load_weights(*model, collect_state_dict(*file), LoadMode::kFineTuning);
  // Weight and bias of two heads, and the embedding.
  EXPECT_EQ(report.mismatched.size(), 5U);
  EXPECT_TRUE(report.missing.empty());
  const StateDict after = collect_state_dict(*model);
  EXPECT_TRUE(after.find("decoder.enc_score_head.weight")
                  ->equal(*before.find("decoder.enc_score_head.weight")));
  EXPECT_FALSE(after.find("decoder.enc_output.proj.weight")
                   ->equal(*before.find("decoder.enc_output.proj.weight")));
}

TEST(LtdetrWeights, KnowsTheNamesOfOlderFiles) {
  const std::string now = "backbone._model_wrapper._model.";
  for (const char* older : {"backbone.dinov2.", "backbone.dinov3.", "backbone.backbone."}) {
    const auto file = test::golden_ltdetr(kTiny, 3, kWeightsSize);
    const auto model = test::uninitialized_ltdetr(kTiny, 3, kWeightsSize);
    const StateDict stored = collect_state_dict(*file);
    load_weights(*model, renamed(stored, now, older), LoadMode::kStrict);
    expect_same(*model, stored);
  }
}

TEST(LtdetrWeights, DropsTheUnusedLayersOfTheDetectorWithoutPyramid) {
  const ImageSize size = {238, 238};
  const auto model = test::uninitialized_ltdetr("dinov2/vits14-noreg-ltdetr", 2, size);
  StateDict stored = cloned(*model);
  stored.add("encoder.downsample_convs.0.conv.weight", torch::zeros({384, 384, 3, 3}));
  stored.add("encoder.downsample_convs.1.norm.weight", torch::zeros({384}));
  EXPECT_NO_THROW(load_weights(*model, stored, LoadMode::kStrict));
  // Where the layers are in use, they are not dropped.
  const auto tiny = test::golden_ltdetr(kTiny, 3, kWeightsSize);
  StateDict extra = cloned(*tiny);
  extra.add("encoder.downsample_convs.9.conv.weight", torch::zeros({1}));
  EXPECT_NE(test::message_of(ErrorKind::kCheckpoint,
                             [&] { load_weights(*tiny, extra, LoadMode::kStrict); })
                .find("encoder.downsample_convs.9.conv.weight"),
            std::string::npos);
}

TEST(LtdetrWeights, AdaptsPositionGridAndChannels) {
  DetectorSpec spec = test::uninitialized_ltdetr(kTiny, 3, kWeightsSize)->spec();
  spec.normalization = Normalization{{0, 0, 0, 0}, {1, 1, 1, 1}};
  Ltdetr model(spec, find_ltdetr(kTiny)->config, {}, 0);
  const auto file = test::golden_ltdetr(kTiny, 3, kWeightsSize);
  StateDict stored;
  const std::string prefix = "backbone._model_wrapper._model.";
  for (const auto& [name, tensor] : collect_state_dict(*file)) {
    const bool grid = name == prefix + "pos_embed";  // 16 x 16 becomes 5 x 5
    stored.add(name, grid ? tensor.narrow(1, 0, 26).clone() : tensor);
  }
  const WeightsReport report = load_weights(model, stored, LoadMode::kStrict);
  EXPECT_EQ(report.adapted,
            (std::vector<std::string>{prefix + "pos_embed", prefix + "patch_embed.proj.weight"}));
  const StateDict loaded = collect_state_dict(model);
  const torch::Tensor kernels = *loaded.find(prefix + "patch_embed.proj.weight");
  EXPECT_TRUE(kernels.select(1, 3).equal(kernels.select(1, 0)));
}

TEST(LtdetrWeights, StrictRefusesAnotherNumberOfClasses) {
  const auto file = test::golden_ltdetr(kTiny, 5, kWeightsSize);
  const auto model = test::golden_ltdetr(kTiny, 3, kWeightsSize);
  const StateDict before = cloned(*model);
  EXPECT_NE(
      test::message_of(ErrorKind::kCheckpoint,
                       [&] { load_weights(*model, collect_state_dict(*file), LoadMode::kStrict); })
          .find("another number of classes"),
      std::string::npos);
  expect_same(*model, before);
}

TEST(LtdetrWeights, NamesTheTensorOfAnotherArchitecture) {
  const auto file = test::golden_ltdetr("dinov2/_vittest14-ltdetrv2", 3, kWeightsSize);
  const auto model = test::golden_ltdetr(kTiny, 3, kWeightsSize);
  const std::string message = test::message_of(ErrorKind::kCheckpoint, [&] {
    load_weights(*model, collect_state_dict(*file), LoadMode::kStrict);
  });
  EXPECT_NE(message.find("decoder."), std::string::npos) << message;
}

}  // namespace
}  // namespace saker
