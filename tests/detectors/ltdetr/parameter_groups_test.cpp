#include "detectors/ltdetr/parameter_groups.hpp"

#include <gtest/gtest.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <string>
#include <vector>

#include "golden.hpp"

namespace saker {
namespace {

bool decays(const char* name, std::int64_t dimensions = 2) {
  return has_weight_decay({.name = name, .dimensions = dimensions});
}

TEST(LtdetrParameterGroups, WeightsDecay) {
  EXPECT_TRUE(decays("backbone._model_wrapper._model.blocks.0.attn.qkv.weight"));
  EXPECT_TRUE(decays("encoder.input_proj.0.0.weight", 4));
  EXPECT_TRUE(decays("decoder.enc_output.0.weight"));
}

TEST(LtdetrParameterGroups, TheHolderAndTheDimensionsExempt) {
  EXPECT_FALSE(has_weight_decay({.name = "a.weight", .dimensions = 2, .in_norm = true}));
  EXPECT_FALSE(has_weight_decay({.name = "a.weight", .dimensions = 2, .in_embedding = true}));
  EXPECT_FALSE(decays("a.weight", 1));
  EXPECT_FALSE(decays("decoder.up", 0));
}

TEST(LtdetrParameterGroups, NamesExempt) {
  for (const char* name : {"blocks.cls_token",
                           "a.mask_token.b",
                           "storage_tokens",
                           "register_tokens",
                           "decoder.query_pos_head.layers.0.weight",
                           "decoder.queries",
                           "pos_embed",
                           "a.position_embeddings.weight",
                           "positional_embedding",
                           "relative_position_bias",
                           "relative_pos",
                           "rel_pos_h",
                           "rpb",
                           "bias_table"})
    EXPECT_FALSE(decays(name)) << name;
}

TEST(LtdetrParameterGroups, ComponentsExemptOnlyWhole) {
  for (const char* component : {"bias",
                                "bias_v",
                                "bias_k",
                                "logit_scale",
                                "temperature",
                                "tau",
                                "layer_scale",
                                "layerscale",
                                "res_scale",
                                "rezero",
                                "gamma"}) {
    const std::string name = component;
    EXPECT_FALSE(decays(name.c_str())) << name;
    EXPECT_FALSE(decays((name + ".weight").c_str())) << name;
    EXPECT_FALSE(decays(("a." + name).c_str())) << name;
    EXPECT_FALSE(decays(("a." + name + ".b").c_str())) << name;
    EXPECT_TRUE(decays(("a.x" + name + ".b").c_str())) << name;
    EXPECT_TRUE(decays(("a." + name + "x.weight").c_str())) << name;
  }
}

// Which half a name goes to needs no network; every list of the reference is looked at.
TEST(LtdetrParameterGroups, GoldenNamesSplitIntoBackboneAndDetector) {
  SAKER_GOLDEN(path, "ltdetr_train/param_groups.json");
  const auto golden_file = test::read_json(path);
  for (const auto& [model, golden] : golden_file.items()) {
    for (const auto& group : golden.at("groups")) {
      const bool backbone = group.at("name").get<std::string>().starts_with("backbone");
      for (const auto& name : group.at("params"))
        EXPECT_EQ(is_backbone_parameter(name.get<std::string>()), backbone) << model << name;
    }
  }
}

struct BlockImpl : torch::nn::Module {
  BlockImpl() {
    linear = register_module("linear", torch::nn::Linear(3, 2));
    norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({2, 3})));
    again = register_module("again", linear.ptr());
    embedding = register_module("embedding", torch::nn::Embedding(4, 2));
    linear->weight.requires_grad_(false);
  }
  torch::nn::Linear linear{nullptr}, again{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Embedding embedding{nullptr};
};
TORCH_MODULE(Block);

struct NetworkImpl : torch::nn::Module {
  NetworkImpl() {
    scale = register_parameter("scale", torch::ones({2, 2}));
    decoder = register_module("decoder", Block());
  }
  torch::Tensor scale;
  Block decoder{nullptr};
};
TORCH_MODULE(Network);

TEST(LtdetrParameterGroups, EachParameterOnceUnderItsFirstName) {
  const Network network;
  const auto groups = ltdetr_parameter_groups(*network, 1e-4, 0.05);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].name, "detector");
  EXPECT_EQ(groups[0].weight_decay, 1e-4);
  EXPECT_EQ(groups[0].lr_factor, 1);
  EXPECT_EQ(groups[0].keys, (std::vector<std::string>{"scale", "decoder.linear.weight"}));
  EXPECT_EQ(groups[1].name, "detector_no_wd");
  EXPECT_EQ(groups[1].weight_decay, 0);
  EXPECT_EQ(groups[1].keys,
            (std::vector<std::string>{"decoder.linear.bias",
                                      "decoder.norm.weight",
                                      "decoder.norm.bias",
                                      "decoder.embedding.weight"}));
}

}  // namespace
}  // namespace saker
