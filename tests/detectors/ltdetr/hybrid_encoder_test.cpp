#include "detectors/ltdetr/hybrid_encoder.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <string>
#include <utility>
#include <vector>

#include "detectors/ltdetr/golden_configs.hpp"
#include "detectors/ltdetr/sine_positions.hpp"
#include "saker/error.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

using Maps = std::vector<torch::Tensor>;

Maps random_maps(const HybridEncoderConfig& config, std::int64_t batch, std::int64_t finest) {
  Maps maps;
  for (const std::int64_t channels : config.in_channels) {
    maps.push_back(torch::rand({batch, channels, finest, finest}) * 2 - 1);
    if (config.rescale) finest /= 2;
  }
  return maps;
}

HybridEncoderConfig small_encoder() {
  return {.in_channels = {8, 12, 16},
          .width = 16,
          .heads = 2,
          .ffn_width = 32,
          .expansion = 0.5,
          .depth_factor = 0.34,
          .rescale = true};
}

class HybridEncoderGolden : public ::testing::TestWithParam<std::string> {
 protected:
  HybridEncoderGolden() : encoder(test::golden_encoder_config(GetParam()), std::nullopt) {
    test::fill_module(encoder);
  }

  Maps inputs() const {
    const std::map<std::string, std::vector<std::vector<std::int64_t>>> sizes = {
        {"vitt16", {{32, 40}, {16, 20}, {8, 10}}},
        {"convnext-tiny", {{16, 16}, {8, 8}, {4, 4}}},
        {"vits14-noreg", {{6, 8}, {6, 8}, {6, 8}}}};
    Maps maps;
    for (std::size_t i = 0; i < kLtdetrLevels; ++i) {
      const auto& size = sizes.at(GetParam())[i];
      maps.push_back(test::uniform_tensor("enc." + GetParam() + "." + std::to_string(i),
                                          {2, encoder.config().in_channels[i], size[0], size[1]},
                                          -1,
                                          1));
    }
    return maps;
  }

  template <class Unit>
  Unit& part(const std::string& key) {
    return *encoder.named_modules("", /*include_self=*/false)[key]->template as<Unit>();
  }

  HybridEncoder encoder;
};

TEST_P(HybridEncoderGolden, Evaluation) {
  SAKER_GOLDEN(path, "ltdetr/encoder.safetensors");
  const test::GoldenTensors golden(path);
  const torch::NoGradGuard no_grad;
  encoder.eval();
  const auto expect = [&](const std::string& key, const torch::Tensor& actual) {
    golden.expect_near(GetParam() + ".eval." + key, actual, {.absolute = 1e-5});
  };
  const Maps outputs = encoder.forward(inputs());
  for (std::size_t i = 0; i < outputs.size(); ++i) expect(std::to_string(i), outputs[i]);

  // The inner steps, one by one.
  Maps inner;
  for (std::size_t i = 0; i < kLtdetrLevels; ++i) {
    inner.push_back(part<ConvUnitImpl>("input_proj." + std::to_string(i)).forward(inputs()[i]));
  }
  expect("proj2", inner[2]);
  const std::int64_t height = inner[2].size(2), width = inner[2].size(3);
  const torch::Tensor attended =
      part<AifiLayerImpl>("encoder.0.layers.0")
          .forward(inner[2].flatten(2).transpose(1, 2),
                   sine_positions(height, width, encoder.config().width, torch::kFloat32));
  expect("aifi", attended);
  torch::Tensor upper = attended.transpose(1, 2).unflatten(2, {height, width});
  for (const std::string step : {"0", "1"}) {
    upper = part<ConvUnitImpl>("lateral_convs." + step).forward(upper);
    const torch::Tensor& lower = inner[step == "0" ? 1 : 0];
    upper =
        part<CspBlockImpl>("fpn_blocks." + step)
            .forward(torch::cat({at::upsample_nearest2d(upper, lower.sizes().slice(2)), lower}, 1));
    expect("fpn" + step, upper);
  }
}

TEST_P(HybridEncoderGolden, Training) {
  SAKER_GOLDEN(path, "ltdetr/encoder.safetensors");
  const test::GoldenTensors golden(path);
  encoder.train();
  const Maps outputs = encoder.forward(inputs());
  const std::string prefix = GetParam() + ".train.";
  for (std::size_t i = 0; i < outputs.size(); ++i)
    golden.expect_near(prefix + std::to_string(i), outputs[i], {.absolute = 1e-4});
  // The file's tensors of the running statistics were written after these had been put back: they
  // are the values before the step. Its json describes those after the step.
  const auto& norm = part<ConvUnitImpl>("input_proj.2").norm;
  for (const auto& [name, actual] : {std::pair("running_mean", norm->running_mean),
                                     std::pair("running_var", norm->running_var)}) {
    const auto& expected = golden.info().at("tensors").at(prefix + name);
    EXPECT_NEAR(actual.mean().item<double>(), expected.at("mean").get<double>(), 1e-4) << name;
    EXPECT_NEAR(
        actual.std(/*unbiased=*/false).item<double>(), expected.at("std").get<double>(), 1e-4)
        << name;
    EXPECT_NEAR(actual.abs().max().item<double>(), expected.at("absmax").get<double>(), 1e-4)
        << name;
  }
  EXPECT_EQ(norm->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST_P(HybridEncoderGolden, MergedBranches) {
  SAKER_GOLDEN(path, "ltdetr/encoder.safetensors");
  const test::GoldenTensors golden(path);
  const FoldedWeights merged = part<RepVggBlockImpl>("fpn_blocks.0.bottlenecks.0").merged_weights();
  golden.expect_near(GetParam() + ".fused.kernel", merged.weight, {.absolute = 1e-5});
  golden.expect_near(GetParam() + ".fused.bias", merged.bias, {.absolute = 1e-5});
}

TEST_P(HybridEncoderGolden, DeployedFormComputesTheSame) {
  const torch::NoGradGuard no_grad;
  encoder.eval();
  const Maps expected = encoder.forward(inputs());
  encoder.deploy();
  const Maps actual = encoder.forward(inputs());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_TRUE(test::near(actual[i], expected[i], {.absolute = 1e-5})) << i;
}

INSTANTIATE_TEST_SUITE_P(All,
                         HybridEncoderGolden,
                         ::testing::Values("vitt16", "convnext-tiny", "vits14-noreg"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(HybridEncoder, EachImageOfABatchIsAsAlone) {
  HybridEncoder encoder(small_encoder(), 3);
  encoder.eval();
  const torch::NoGradGuard no_grad;
  const Maps maps = random_maps(small_encoder(), 3, 16);
  const Maps together = encoder.forward(maps);
  for (std::int64_t b = 0; b < 3; ++b) {
    Maps one;
    for (const torch::Tensor& map : maps) one.push_back(map.narrow(0, b, 1));
    const Maps alone = encoder.forward(one);
    for (std::size_t i = 0; i < alone.size(); ++i)
      EXPECT_TRUE(torch::allclose(alone[i], together[i].narrow(0, b, 1), 1e-4, 1e-5));
  }
}

TEST(HybridEncoder, GradientsReachEveryParameter) {
  HybridEncoder encoder(small_encoder(), 3);
  torch::Tensor sum = torch::zeros({});
  for (const torch::Tensor& map : encoder.forward(random_maps(small_encoder(), 2, 16)))
    sum = sum + map.square().sum();
  sum.backward();
  for (const auto& item : encoder.named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
  }
}

TEST(HybridEncoder, FirstValues) {
  const HybridEncoder encoder(small_encoder(), 7), again(small_encoder(), 7),
      other(small_encoder(), 8);
  const auto parameters = encoder.named_parameters();
  for (const auto& item : parameters) {
    const std::string& key = item.key();
    const torch::Tensor& value = item.value();
    EXPECT_TRUE(torch::equal(value, again.named_parameters()[key])) << key;
    const bool norm = key.find("norm") != std::string::npos;
    if (norm || key.ends_with("in_proj_bias") || key.ends_with("out_proj.bias")) {
      const double expected = key.ends_with("bias") ? 0 : 1;
      EXPECT_TRUE(value.eq(expected).all().item<bool>()) << key;
      continue;
    }
    EXPECT_FALSE(torch::equal(value, other.named_parameters()[key])) << key;
    if (value.dim() < 2) continue;
    const double fan_in = static_cast<double>(value.numel() / value.size(0));
    const double fan_out = static_cast<double>(value.size(0));
    const double bound =
        key.ends_with("in_proj_weight") ? std::sqrt(6 / (fan_in + fan_out)) : 1 / std::sqrt(fan_in);
    EXPECT_LE(value.abs().max().item<double>(), bound + 1e-6) << key;
    EXPECT_GE(value.abs().max().item<double>(), 0.9 * bound) << key;
  }
}

TEST(HybridEncoder, RefusesMapsThatDoNotFitTogether) {
  HybridEncoder encoder(small_encoder(), 1);
  Maps maps = random_maps(small_encoder(), 1, 16);
  maps[0] = torch::zeros({1, 8, 17, 16});
  EXPECT_THROW(encoder.forward(maps), Error);
  maps.pop_back();
  EXPECT_THROW(encoder.forward(maps), Error);
}

}  // namespace
}  // namespace saker
