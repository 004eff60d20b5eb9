// The state dicts of whole detectors, entry by entry, and the numbers of their weights.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "detectors/ltdetr/golden_detector.hpp"
#include "golden.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

class LtdetrManifest : public testing::TestWithParam<std::string> {};

TEST_P(LtdetrManifest, IsThatOfTheStateDict) {
  std::string file = GetParam();
  std::replace(file.begin(), file.end(), '/', '-');
  SAKER_GOLDEN(path, "ltdetr/manifest/" + file + ".json");
  const Json rows = test::read_json(path).at("state_dict");
  const auto detector = test::uninitialized_ltdetr(GetParam(), 80);
  std::set<std::string> parameters;
  for (const auto& item : detector->named_parameters()) parameters.insert(item.key());
  const StateDict state = collect_state_dict(*detector);
  ASSERT_EQ(state.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    const auto& [name, tensor] = state.entries()[i];
    ASSERT_EQ(name, row[0]);
    EXPECT_EQ(tensor.sizes().vec(), row[1].get<std::vector<std::int64_t>>()) << name;
    EXPECT_EQ(tensor.scalar_type() == torch::kFloat32, row[2] == "float32") << name;
    EXPECT_EQ(tensor.scalar_type() == torch::kInt64, row[2] == "int64") << name;
    const bool shared = row.size() > 4;
    if (shared) {
      EXPECT_EQ(tensor.data_ptr(), state.find(row[4].get<std::string>())->data_ptr()) << name;
    } else {
      EXPECT_EQ(parameters.contains(name), row[3] == "parameter") << name;
    }
  }
}

TEST_P(LtdetrManifest, HasTheDocumentedNumberOfWeights) {
  SAKER_GOLDEN(path, "ltdetr/params.json");
  const Json counts = test::read_json(path).at(GetParam());
  const auto detector = test::uninitialized_ltdetr(GetParam(), 80);
  const auto count = [](const torch::nn::Module& module) {
    std::int64_t weights = 0;
    for (const torch::Tensor& parameter : module.parameters()) weights += parameter.numel();
    return weights;
  };
  EXPECT_EQ(count(*detector), counts.at("parameters"));
  EXPECT_EQ(count(detector->backbone()), counts.at("backbone"));
  EXPECT_EQ(count(detector->encoder()), counts.at("encoder"));
  EXPECT_EQ(count(detector->decoder()), counts.at("decoder_parameters"));
  EXPECT_EQ(detector->inference_parameter_count(), counts.at("parameters_used_at_inference"));
  // The documents' table is in millions; of ltdetrv2-s it gives a number that no count reproduces.
  if (counts.at("page_table_million").is_null() || GetParam() == "ltdetrv2-s") return;
  const double listed = static_cast<double>(detector->listed_parameter_count()) / 1e6;
  EXPECT_NEAR(listed, counts.at("page_table_million").get<double>(), 0.05);
}

INSTANTIATE_TEST_SUITE_P(Detectors,
                         LtdetrManifest,
                         testing::Values("dinov3/vitt16-ltdetr-coco",
                                         "dinov3/vitt16plus-ltdetr-coco",
                                         "dinov3/vits16-ltdetr-coco",
                                         "dinov2/vits14-noreg-ltdetr-coco",
                                         "dinov3/convnext-tiny-ltdetr-coco",
                                         "dinov3/convnext-small-ltdetr-coco",
                                         "dinov3/convnext-base-ltdetr-coco",
                                         "dinov3/convnext-large-ltdetr-coco",
                                         "ltdetrv2-s",
                                         "ltdetrv2-m",
                                         "ltdetrv2-l",
                                         "dinov2/vits14-ltdetr"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace_if(
                               text.begin(),
                               text.end(),
                               [](char c) { return !std::isalnum(c); },
                               '_');
                           return text;
                         });

TEST(LtdetrParameters, CountTheUnusedLayersOfThePublishedDinov2Detector) {
  const auto detector = test::uninitialized_ltdetr("dinov2/vits14-noreg-ltdetr-coco", 80);
  EXPECT_EQ(detector->listed_parameter_count(), 55265036);
}

}  // namespace
}  // namespace saker
