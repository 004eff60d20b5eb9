#include "detectors/load_weights.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "detectors/picodet/golden_weights.hpp"
#include "error_message.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

std::shared_ptr<PicoDet> fresh(std::size_t num_classes) {
  DetectorSpec spec{.model_name = "picodet/s-416", .image_size = {64, 64}, .classes = {}};
  for (std::size_t i = 0; i < num_classes; ++i)
    spec.classes.emplace_back(static_cast<std::int64_t>(i), "c");
  return std::make_shared<PicoDet>(
      spec, find_picodet("picodet/s-416")->config, PicoDetOptions{}, 1);
}

StateDict without(const StateDict& state, const std::string& prefix) {
  StateDict kept;
  for (const auto& item : state) {
    if (!item.first.starts_with(prefix)) kept.add(item.first, item.second);
  }
  return kept;
}

StateDict prefixed(const StateDict& state, const std::string& prefix) {
  StateDict renamed;
  for (const auto& item : state) renamed.add(prefix + item.first, item.second);
  return renamed;
}

TEST(LoadWeights, StrictTakesEveryEntry) {
  const auto source = test::golden_picodet("picodet/s-416", 3, {64, 64});
  const auto model = fresh(3);
  const WeightsReport report = load_weights(*model, collect_state_dict(*source), LoadMode::kStrict);
  EXPECT_EQ(report.loaded.size(), 662U);
  const StateDict loaded = collect_state_dict(*model);
  for (const auto& item : collect_state_dict(*source))
    ASSERT_TRUE(item.second.equal(*loaded.find(item.first))) << item.first;
}

TEST(LoadWeights, WeightsOfAFileHandOverTheirMemory) {
  const test::TemporaryFolder folder;
  const auto source = test::golden_picodet("picodet/s-416", 3, {64, 64});
  write_weights_file(folder / "weights.pt", to_pickle(collect_state_dict(*source), true));
  StateDict weights = to_state_dict(read_weights_file(folder / "weights.pt"));
  const std::string key = "backbone.conv1.conv.weight";
  const void* memory = weights.find(key)->data_ptr();
  const auto model = fresh(3);
  load_weights(*model, std::move(weights), LoadMode::kStrict);
  const torch::Tensor& weight = model->named_parameters()[key];
  EXPECT_EQ(weight.data_ptr(), memory);
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_TRUE(weight.equal(source->named_parameters()[key]));
}

TEST(LoadWeights, StrictNamesWhatIsWrong) {
  const auto source = test::golden_picodet("picodet/s-416", 3, {64, 64});
  const StateDict state = collect_state_dict(*source);
  const auto model = fresh(3);
  const torch::Tensor before = model->named_parameters()["backbone.conv1.conv.weight"].clone();
  EXPECT_NE(test::message_of(
                ErrorKind::kCheckpoint,
                [&] { load_weights(*model, without(state, "o2o_head."), LoadMode::kStrict); })
                .find("o2o_head.cls_convs"),
            std::string::npos);
  StateDict more = state;
  more.add("extra.weight", torch::zeros({1}));
  EXPECT_NE(test::message_of(ErrorKind::kCheckpoint,
                             [&] { load_weights(*model, more, LoadMode::kStrict); })
                .find("extra.weight"),
            std::string::npos);
  const std::string shapes = test::message_of(
      ErrorKind::kCheckpoint, [&] { load_weights(*fresh(4), state, LoadMode::kStrict); });
  EXPECT_NE(shapes.find("head.gfl_cls.0.weight"), std::string::npos) << shapes;
  EXPECT_NE(shapes.find("[35, 96, 1, 1]"), std::string::npos) << shapes;
  EXPECT_TRUE(model->named_parameters()["backbone.conv1.conv.weight"].equal(before));
}

TEST(LoadWeights, AnotherNumberOfClassesKeepsTheClassLayersFresh) {
  const auto source = test::golden_picodet("picodet/s-416", 3, {64, 64});
  const auto model = fresh(4);
  const WeightsReport report =
      load_weights(*model, collect_state_dict(*source), LoadMode::kFineTuning);
  EXPECT_EQ(report.mismatched.size(), 16U);
  EXPECT_EQ(report.loaded.size(), 662U - 16U);
  EXPECT_TRUE(report.missing.empty());
  const auto parameters = model->named_parameters();
  const auto untouched = fresh(4)->named_parameters();
  EXPECT_TRUE(parameters["o2o_head.gfl_cls.1.bias"].equal(untouched["o2o_head.gfl_cls.1.bias"]));
  EXPECT_TRUE(parameters["head.gfl_cls.3.weight"].equal(untouched["head.gfl_cls.3.weight"]));
  EXPECT_TRUE(parameters["neck.transforms.0.conv.weight"].equal(
      source->named_parameters()["neck.transforms.0.conv.weight"]));
}

TEST(LoadWeights, FineTuningReportsMissingAndUnexpected) {
  StateDict state =
      without(collect_state_dict(*test::golden_picodet("picodet/s-416", 3, {64, 64})), "o2o_head.");
  state.add("extra.weight", torch::zeros({1}));
  const WeightsReport report = load_weights(*fresh(3), state, LoadMode::kFineTuning);
  EXPECT_EQ(report.missing.size(), 8U * 7U + 8U);
  EXPECT_EQ(report.unexpected, std::vector<std::string>{"extra.weight"});
  EXPECT_EQ(report.summary(), "598 loaded, 64 missing, 1 unexpected");
}

TEST(LoadWeights, NothingThatFitsIsAnError) {
  StateDict foreign;
  foreign.add("layer.weight", torch::zeros({1}));
  EXPECT_NE(test::message_of(ErrorKind::kCheckpoint,
                             [&] { load_weights(*fresh(3), foreign, LoadMode::kFineTuning); })
                .find("none of the 1"),
            std::string::npos);
}

TEST(LoadBackboneWeights, TakesOffKnownPrefixes) {
  const auto source = test::golden_picodet("picodet/s-416", 3, {64, 64});
  const StateDict backbone = collect_state_dict(source->backbone());
  for (const char* prefix : {"", "backbone.", "model.", "_model.", "module.backbone."}) {
    const WeightsReport report =
        load_backbone_weights(fresh(3)->backbone(), prefixed(backbone, prefix));
    EXPECT_EQ(report.loaded.size(), backbone.size()) << prefix;
    EXPECT_TRUE(report.unexpected.empty()) << prefix;
  }
  const WeightsReport whole =
      load_backbone_weights(fresh(3)->backbone(), collect_state_dict(*source));
  EXPECT_EQ(whole.loaded.size(), backbone.size());
}

}  // namespace
}  // namespace saker
