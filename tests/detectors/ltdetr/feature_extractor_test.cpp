#include "detectors/ltdetr/feature_extractor.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <string>
#include <vector>

#include "saker/error.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/normalized_image.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

// The part of a model's configuration that extractors read, from the golden registry.
LtdetrConfig config_of(const std::string& model) {
  for (const auto& entry : test::read_json(test::golden_path("ltdetr/registry.json"))) {
    const auto names = entry.at("names").get<std::vector<std::string>>();
    if (std::ranges::find(names, model) == names.end()) continue;
    const auto& registered = entry.at("config");
    LtdetrConfig config;
    config.name = model;
    config.backbone = backbone_by_name(registered.at("backbone_name"));
    config.encoder.rescale = registered.at("hybrid_encoder").at("upsample");
    const auto& wrapper = registered.at("backbone_wrapper");
    if (!wrapper.contains("interaction_indexes")) return config;
    VitAdapterConfig adapter;
    for (std::size_t i = 0; i < kLtdetrLevels; ++i)
      adapter.taps[i] = wrapper.at("interaction_indexes").at(i);
    const auto width_if = [&](const char* flag, const char* width) -> std::int64_t {
      return wrapper.at(flag).get<bool>() ? wrapper.at(width).get<std::int64_t>() : 0;
    };
    adapter.prior_width = width_if("use_sta", "conv_inplane");
    adapter.projection_width = width_if("project_features", "hidden_dim");
    adapter.rescale = wrapper.at("resize_features");
    config.adapter = adapter;
    return config;
  }
  throw std::runtime_error("no model " + model);
}

std::shared_ptr<FeatureExtractor> golden_extractor(const std::string& model) {
  auto extractor = make_feature_extractor(config_of(model), 3, std::nullopt);
  test::fill_module(*extractor, "backbone.");
  extractor->eval();
  return extractor;
}

// A small detector's extractor with everything between backbone and encoder.
LtdetrConfig small_config() {
  LtdetrConfig config;
  config.name = "small";
  config.backbone = *find_backbone("dinov3/vitt16");
  config.backbone.width = 16;
  config.backbone.depth = 3;
  config.backbone.heads = 2;
  config.adapter = VitAdapterConfig{
      .taps = {0, 1, 2}, .prior_width = 4, .projection_width = 12, .rescale = true};
  return config;
}

std::string file_name(std::string model) {
  std::ranges::replace(model, '/', '-');
  return model;
}

const char* const kManifests[] = {"dinov2/vits14-ltdetr",
                                  "dinov2/vits14-noreg-ltdetr-coco",
                                  "dinov3/convnext-base-ltdetr-coco",
                                  "dinov3/convnext-large-ltdetr-coco",
                                  "dinov3/convnext-small-ltdetr-coco",
                                  "dinov3/convnext-tiny-ltdetr-coco",
                                  "dinov3/vits16-ltdetr-coco",
                                  "dinov3/vitt16-ltdetr-coco",
                                  "dinov3/vitt16plus-ltdetr-coco",
                                  "ltdetrv2-l",
                                  "ltdetrv2-m",
                                  "ltdetrv2-s"};

class ModelFeatureExtractor : public ::testing::TestWithParam<const char*> {};

TEST_P(ModelFeatureExtractor, KeysShapesTypesAndTheirOrderAreTheReferences) {
  const std::string model = GetParam();
  SAKER_GOLDEN(path, "ltdetr/manifest/" + file_name(model) + ".json");
  SAKER_GOLDEN(registry, "ltdetr/registry.json");
  const auto extractor = make_feature_extractor(config_of(model), 3, std::nullopt);
  const StateDict state = collect_state_dict(*extractor).with_prefix("backbone.");
  std::size_t i = 0;
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("state_dict")) {
    const std::string name = row.at(0);
    if (!name.starts_with("backbone.")) break;
    ASSERT_LT(i, state.size()) << name;
    const auto& [key, tensor] = state.entries()[i++];
    ASSERT_EQ(key, name);
    EXPECT_EQ(tensor.sizes().vec(), row.at(1).get<std::vector<std::int64_t>>()) << key;
    EXPECT_EQ(tensor.scalar_type(), row.at(2) == "int64" ? torch::kInt64 : torch::kFloat32) << key;
  }
  EXPECT_EQ(i, state.size());
}

TEST_P(ModelFeatureExtractor, MapsOfTheReference) {
  const std::string model = GetParam();
  SAKER_GOLDEN(path, "ltdetr/model/" + file_name(model) + ".small.safetensors");
  SAKER_GOLDEN(registry, "ltdetr/registry.json");
  const test::GoldenTensors golden(path);
  const auto size = golden.info().at("image_size");
  const auto extractor = golden_extractor(model);
  const torch::NoGradGuard no_grad;
  const torch::Tensor image =
      test::normalized_image(golden.info().at("input"), size.at(0), size.at(1));
  const double tolerance = model.find("convnext") == std::string::npos ? 1e-4 : 2e-4;
  std::vector<torch::Tensor> maps = extractor->forward(image);
  extractor->deploy();
  for (const torch::Tensor& map : extractor->forward(image)) maps.push_back(map);
  for (std::size_t map = 0; map < maps.size(); ++map) {
    const std::size_t i = map % kLtdetrLevels;
    const std::string key = "backbone." + std::to_string(i);
    golden.expect_near(key, maps[map], {tolerance, 0});
    const auto& whole = golden.info().at("tensors").at(key);
    const torch::Tensor exact = maps[map].to(torch::kFloat64);
    const double std = whole.at("std");
    EXPECT_NEAR(exact.mean().item<double>(), whole.at("mean").get<double>(), 1e-4 * std) << key;
    EXPECT_NEAR(exact.std(/*unbiased=*/false).item<double>(), std, 1e-4 * std) << key;
    EXPECT_NEAR(exact.abs().max().item<double>(),
                whole.at("absmax").get<double>(),
                1e-4 * whole.at("absmax").get<double>())
        << key;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, ModelFeatureExtractor, ::testing::ValuesIn(kManifests), [](const auto& info) {
      std::string name = info.param;
      std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
      return name;
    });

TEST(FeatureExtractor, StepsBehindTheBackboneOfTheReference) {
  for (const char* tag : {"vitt16", "vits14-noreg", "ecvitt"}) {
    SAKER_GOLDEN(path, std::string("ltdetr/trace/") + tag + ".safetensors");
    SAKER_GOLDEN(registry, "ltdetr/registry.json");
    const test::GoldenTensors golden(path);
    const auto expect_step = [&](const std::string& key, const torch::Tensor& actual) {
      const double largest = golden.info().at("tensors").at(key).at("absmax");
      golden.expect_near(key, actual, {1e-4 * std::max(1.0, largest), 0});
    };
    const auto size = golden.info().at("image_size");
    const torch::Tensor image = test::normalized_image("image", size.at(0), size.at(1));
    const auto extractor = golden_extractor(golden.info().at("architecture"));
    const torch::NoGradGuard no_grad;
    if (std::string(tag) == "vitt16") {
      SpatialPrior& prior = extractor->adapter()->spatial_prior();
      const std::vector<torch::Tensor> priors = prior->forward(image);
      for (std::size_t i = 0; i < priors.size(); ++i)
        expect_step("sta.conv" + std::to_string(i + 2), priors[i]);
      expect_step("sta.stem", prior->stride4(image));
      const std::vector<torch::Tensor> taps = extractor->backbone().feature_maps(image, {3, 7, 11});
      for (std::size_t i = 0; i < taps.size(); ++i) {
        const torch::Tensor joined = torch::cat({resize_to_level(taps[i], i), priors[i]}, 1);
        expect_step("fuse.conv" + std::to_string(i), extractor->adapter()->project(i, joined));
      }
    }
    const std::vector<torch::Tensor> maps = extractor->forward(image);
    for (std::size_t i = 0; i < maps.size(); ++i) expect_step("out." + std::to_string(i), maps[i]);
  }
}

TEST(FeatureExtractor, GradientsReachEveryParameterButTheMaskToken) {
  const auto extractor = make_feature_extractor(small_config(), 3, 0);
  test::fill_module(*extractor);
  torch::Tensor sum = torch::zeros({});
  for (const torch::Tensor& map :
       extractor->forward(test::uniform_tensor("x", {2, 3, 64, 96}, -1, 1)))
    sum = sum + (map * test::uniform_tensor("w", map.sizes().vec(), -1, 1)).sum();
  sum.backward();
  for (const auto& item : extractor->named_parameters()) {
    if (item.key().ends_with("mask_token")) {
      EXPECT_FALSE(item.value().requires_grad());
      continue;
    }
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

TEST(FeatureExtractor, FrozenItStaysAsItIs) {
  const auto extractor = make_feature_extractor(small_config(), 3, 0);
  const torch::Tensor images = test::uniform_tensor("x", {2, 3, 64, 64}, -1, 1);
  extractor->set_frozen(true);
  extractor->train();
  EXPECT_FALSE(extractor->is_training());
  const torch::Tensor statistics =
      collect_state_dict(*extractor).find("norms.1.running_mean")->clone();
  const std::vector<torch::Tensor> first = extractor->forward(images);
  for (const torch::Tensor& map : first) EXPECT_FALSE(map.requires_grad());
  EXPECT_TRUE(torch::equal(extractor->forward(images)[0], first[0]));  // positions are not scaled
  EXPECT_TRUE(
      torch::equal(*collect_state_dict(*extractor).find("norms.1.running_mean"), statistics));

  extractor->set_frozen(false);
  extractor->train();
  EXPECT_TRUE(extractor->forward(images)[0].requires_grad());
  EXPECT_FALSE(
      torch::equal(*collect_state_dict(*extractor).find("norms.1.running_mean"), statistics));
}

TEST(FeatureExtractor, BackboneParametersAreToldByTheirPrefix) {
  const auto extractor = make_feature_extractor(small_config(), 3, 0);
  std::size_t own = 0;
  for (const auto& item : extractor->named_parameters())
    own += item.key().starts_with(extractor->backbone_prefix()) ? 1 : 0;
  EXPECT_EQ(own, extractor->backbone().parameters().size());
}

TEST(FeatureExtractor, ConnectorStartsAsLibTorchsConvolutions) {
  const auto extractor = make_feature_extractor(small_config(), 3, 0);
  const StateDict state = collect_state_dict(*extractor);
  const torch::Tensor& conv = *state.find("sta.conv3.1.weight");  // [16, 8, 3, 3]
  const double bound = 1 / std::sqrt(72.0);
  EXPECT_LE(conv.abs().max().item<double>(), bound);
  EXPECT_NEAR(conv.std().item<double>(), bound / std::sqrt(3.0), bound * 0.05);
  EXPECT_TRUE(state.find("norms.2.weight")->eq(1).all().item<bool>());
  EXPECT_TRUE(state.find("sta.stem.1.running_var")->eq(1).all().item<bool>());
}

TEST(FeatureExtractor, FourChannelsReachBackboneAndPrior) {
  const auto extractor = make_feature_extractor(small_config(), 4, 0);
  const std::vector<torch::Tensor> maps = extractor->forward(torch::zeros({1, 4, 64, 96}));
  EXPECT_EQ(maps[0].sizes().vec(), (std::vector<std::int64_t>{1, 12, 8, 12}));
  EXPECT_EQ(maps[1].sizes().vec(), (std::vector<std::int64_t>{1, 12, 4, 6}));
  EXPECT_EQ(maps[2].sizes().vec(), (std::vector<std::int64_t>{1, 12, 2, 3}));
}

TEST(FeatureExtractor, SizesThatDoNotFitAreErrors) {
  const auto extractor = make_feature_extractor(small_config(), 3, 0);
  try {
    extractor->forward(torch::zeros({1, 3, 64, 80}));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("32"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace saker
