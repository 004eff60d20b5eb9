#include "detectors/ltdetr/decoder_initialization.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/golden_configs.hpp"

namespace saker {
namespace {

constexpr std::int64_t kInitializedClasses = 80;
constexpr std::uint64_t kSeed = 9;

class FirstDecoderValues : public ::testing::TestWithParam<std::string> {
 protected:
  FirstDecoderValues()
      : config(test::golden_decoder_config(GetParam())),
        decoder(make_decoder(config, kInitializedClasses, kSeed)),
        parameters(decoder->named_parameters()) {}

  // Parameters whose key contains `part` and ends with `ending`; there must be some.
  std::vector<torch::Tensor> found(const std::string& part, const std::string& ending) const {
    std::vector<torch::Tensor> result;
    for (const auto& item : parameters) {
      if (item.key().find(part) != std::string::npos && item.key().ends_with(ending))
        result.push_back(item.value());
    }
    EXPECT_FALSE(result.empty()) << part << "..." << ending;
    return result;
  }

  void expect_all(const std::string& part, const std::string& ending, double value) const {
    for (const torch::Tensor& tensor : found(part, ending))
      EXPECT_TRUE(tensor.eq(value).all().item<bool>()) << part << "..." << ending;
  }

  // Uniform: the largest of many values is near the bound.
  void expect_uniform(const std::string& part, const std::string& ending, bool xavier) const {
    for (const torch::Tensor& tensor : found(part, ending)) {
      const auto in = static_cast<double>(tensor.size(1)),
                 out = static_cast<double>(tensor.size(0));
      const double bound = xavier ? std::sqrt(6 / (in + out)) : 1 / std::sqrt(in);
      const double largest = tensor.abs().max().item<double>();
      EXPECT_LE(largest, bound + 1e-6) << part;
      EXPECT_GE(largest, 0.97 * bound) << part;
    }
  }

  DecoderConfig config;
  std::shared_ptr<Decoder> decoder;
  torch::OrderedDict<std::string, torch::Tensor> parameters;
};

TEST_P(FirstDecoderValues, AreAsPublished) {
  const float bias = -std::log(99.0F);
  for (const torch::Tensor& head : found("_score_head", ".bias"))
    EXPECT_TRUE(torch::allclose(head, torch::full_like(head, bias), 0, 1e-6));
  expect_uniform("_score_head", ".weight", false);
  for (const char* ending : {".layers.2.weight", ".layers.2.bias"})
    expect_all("bbox_head", ending, 0);
  expect_uniform("bbox_head", ".layers.1.weight", false);
  expect_uniform("enc_output", "proj.weight", true);
  expect_uniform("query_pos_head", "layers.0.weight", true);
  expect_uniform("query_pos_head", "layers.1.weight", true);
  expect_uniform("", "linear1.weight", true);
  expect_uniform("", "linear2.weight", true);
  expect_uniform("", "in_proj_weight", true);
  expect_uniform("", "out_proj.weight", false);
  expect_all("", "in_proj_bias", 0);
  expect_all("", "out_proj.bias", 0);
  expect_all("", "sampling_offsets.weight", 0);
  for (const torch::Tensor& offsets : found("", "sampling_offsets.bias"))
    EXPECT_TRUE(torch::equal(offsets, initial_offsets(config.heads, config.points)));
  expect_all("", "attention_weights.weight", 0);
  expect_all("", "attention_weights.bias", 0);
  expect_all("norm", ".weight", 1);
  expect_all("norm", ".bias", 0);

  const torch::Tensor& classes = parameters["denoising_class_embed.weight"];
  EXPECT_TRUE(classes[kInitializedClasses].eq(0).all().item<bool>());
  EXPECT_NEAR(classes.narrow(0, 0, kInitializedClasses).std().item<double>(), 1, 0.05);

  if (config.kind == DecoderKind::kRtdetrV2) {
    expect_uniform("input_proj", "conv.weight", true);
    expect_uniform("", "value_proj.weight", true);
    expect_uniform("", "output_proj.weight", true);
    expect_all("", "value_proj.bias", 0);
    expect_all("", "output_proj.bias", 0);
  } else {
    expect_all("gateway.gate", "weight", 0);
    expect_all("gateway.gate", "bias", 0);
    expect_all("reg_conf.layers.1", "weight", 0);
    expect_all("reg_conf.layers.1", "bias", 0);
    expect_all("", "up", 0.5);
    expect_all("", "reg_scale", config.reg_scale);
    EXPECT_FALSE(parameters["up"].requires_grad());
    EXPECT_FALSE(parameters["reg_scale"].requires_grad());
  }
}

TEST_P(FirstDecoderValues, FollowFromTheSeed) {
  const auto again = make_decoder(config, kInitializedClasses, kSeed)->named_parameters();
  const auto other = make_decoder(config, kInitializedClasses, kSeed + 1)->named_parameters();
  for (const auto& item : parameters)
    EXPECT_TRUE(torch::equal(item.value(), again[item.key()])) << item.key();
  const std::string key = "decoder.layers.0.linear1.weight";
  EXPECT_FALSE(torch::equal(parameters[key], other[key]));
  EXPECT_FALSE(torch::equal(parameters[key], parameters["decoder.layers.1.linear1.weight"]));
}

INSTANTIATE_TEST_SUITE_P(All,
                         FirstDecoderValues,
                         ::testing::Values("rtdetrv2-vitt16", "dfine-vitt"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace saker
