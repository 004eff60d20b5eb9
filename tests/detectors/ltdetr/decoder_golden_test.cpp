// Both decoders against the golden vectors: evaluation, training with all its outputs, gradients.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/golden_configs.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr std::int64_t kGoldenClasses = 5, kKeptRows = 6;  // every sixth query is in the file

class DecoderGolden : public ::testing::TestWithParam<std::string> {
 protected:
  DecoderGolden()
      : decoder(
            make_decoder(test::golden_decoder_config(GetParam()), kGoldenClasses, std::nullopt)) {
    test::fill_module(*decoder);
  }

  std::vector<torch::Tensor> inputs(const test::GoldenTensors& golden) const {
    const auto& entry = golden.info().at(GetParam() + ".inputs");
    std::vector<torch::Tensor> maps;
    for (std::size_t i = 0; i < entry.at("names").size(); ++i) {
      maps.push_back(test::uniform_tensor(entry.at("names")[i].get<std::string>(),
                                          entry.at("shapes")[i].get<std::vector<std::int64_t>>(),
                                          -1,
                                          1));
    }
    return maps;
  }

  std::shared_ptr<Decoder> decoder;
};

// Brings rows of queries into the golden's order.
class Alignment {
 public:
  Alignment(const torch::Tensor& own_index, const torch::Tensor& golden_index) {
    for (std::int64_t b = 0; b < own_index.size(0); ++b) {
      std::map<std::int64_t, std::int64_t> row_of;
      for (std::int64_t q = 0; q < own_index.size(1); ++q)
        row_of[own_index[b][q].item<std::int64_t>()] = q;
      std::vector<std::int64_t> rows;
      for (std::int64_t q = 0; q < golden_index.size(1); ++q)
        rows.push_back(row_of.at(golden_index[b][q].item<std::int64_t>()));
      rows_.push_back(torch::tensor(rows, torch::kInt64));
    }
  }

  torch::Tensor operator()(const torch::Tensor& tensor) const {
    std::vector<torch::Tensor> images;
    for (std::size_t b = 0; b < rows_.size(); ++b)
      images.push_back(tensor[static_cast<std::int64_t>(b)].index_select(0, rows_[b]));
    return torch::stack(images);
  }

 private:
  std::vector<torch::Tensor> rows_;
};

struct Named {
  std::string key;
  torch::Tensor tensor;  // [B, Q, ...] in the golden's order
};

// What the file holds of the training outputs, and under which names.
std::vector<Named> named_outputs(const DecoderOutputs& outputs, const Alignment& aligned) {
  std::vector<Named> named;
  const auto add = [&](const std::string& prefix, const LayerOutputs& layer, bool distances) {
    named.push_back({prefix + "pred_logits", aligned(layer.logits)});
    named.push_back({prefix + "pred_boxes", aligned(layer.boxes)});
    if (!distances) return;
    named.push_back({prefix + "pred_corners", aligned(layer.corners)});
    named.push_back({prefix + "ref_points", aligned(outputs.matching.reference_boxes)});
  };
  const bool distances = outputs.matching.reference_boxes.defined();
  const auto& layers = outputs.matching.layers;
  add("", layers.back(), distances);
  for (std::size_t i = 0; i + 1 < layers.size(); ++i)
    add("aux" + std::to_string(i) + ".", layers[i], distances);
  add("enc.", outputs.encoder, false);
  if (outputs.matching.pre) add("pre.", *outputs.matching.pre, false);
  return named;
}

double tolerance_of(const std::string& key) {
  if (key.ends_with("logits")) return 5e-4;
  return key.ends_with("corners") ? 1e-3 : 2e-4;
}

torch::Tensor loss_of(const std::vector<Named>& outputs) {
  torch::Tensor loss = torch::zeros({});
  for (const auto& [key, tensor] : outputs) {
    const std::string layer = key.substr(0, key.find('.'));
    std::string name;
    const bool logits = key.ends_with("pred_logits");
    if (key == "pred_logits") name = "logits";
    if (key == "pred_boxes") name = "boxes";
    if (layer.starts_with("aux") && logits) name = "auxlogits" + layer.substr(3);
    if (layer.starts_with("aux") && key.ends_with("pred_boxes")) name = layer;
    if (key == "enc.pred_logits") name = "enc";
    if (key == "enc.pred_boxes") name = "encbox";
    if (key == "pre.pred_boxes") name = "pre";
    if (name.empty()) continue;
    const torch::Tensor direction =
        test::uniform_tensor("dec.g." + name, tensor.sizes().vec(), -1, 1);
    loss = loss + (logits ? 1 : 10) * (tensor * direction).sum();
  }
  return loss;
}

TEST_P(DecoderGolden, Evaluation) {
  SAKER_GOLDEN(path, "ltdetr/decoder.safetensors");
  const test::GoldenTensors golden(path);
  const torch::NoGradGuard no_grad;
  decoder->eval();
  const std::vector<torch::Tensor> maps = inputs(golden);
  const std::string prefix = GetParam() + ".eval.";
  const auto expect = [&](const DecoderPrediction& prediction) {
    const Alignment aligned(prediction.query_index, golden.full(prefix + "query_index"));
    const auto kept = [&](const torch::Tensor& tensor) {
      return aligned(tensor).slice(1, 0, std::nullopt, kKeptRows);
    };
    golden.expect_near(prefix + "pred_logits", kept(prediction.logits), {.absolute = 5e-4});
    golden.expect_near(prefix + "pred_boxes", kept(prediction.boxes), {.absolute = 2e-4});
  };
  expect(decoder->forward(maps));
  decoder->deploy();
  expect(decoder->forward(maps));
}

TEST_P(DecoderGolden, TrainingOutputsAndGradients) {
  SAKER_GOLDEN(path, "ltdetr/decoder.safetensors");
  const test::GoldenTensors golden(path);
  decoder->train();
  const DecoderOutputs outputs = decoder->forward_train(inputs(golden));
  EXPECT_FALSE(outputs.denoising.has_value());
  const std::string prefix = GetParam() + ".train.";
  const Alignment aligned(outputs.query_index, golden.full(prefix + "query_index"));
  const std::vector<Named> named = named_outputs(outputs, aligned);
  std::set<std::string> compared = {prefix + "query_index"};
  for (const auto& [key, tensor] : named) {
    golden.expect_near(
        prefix + key, tensor.slice(1, 0, std::nullopt, kKeptRows), {.absolute = tolerance_of(key)});
    compared.insert(prefix + key);
  }

  const torch::Tensor loss = loss_of(named);
  EXPECT_NEAR(loss.item<double>(), golden.info().at(GetParam() + ".loss").get<double>(), 0.05);
  loss.backward();
  const std::string gradient_prefix = GetParam() + ".grad.";
  const auto parameters = decoder->named_parameters();
  for (const auto& [key, entry] : golden.info().at("tensors").items()) {
    if (key.starts_with(prefix)) {
      EXPECT_TRUE(compared.contains(key)) << key;
    }
    if (!key.starts_with(gradient_prefix)) continue;
    const torch::Tensor* const parameter = parameters.find(key.substr(gradient_prefix.size()));
    ASSERT_NE(parameter, nullptr) << key;
    const torch::Tensor gradient = parameter->grad();
    ASSERT_TRUE(gradient.defined()) << key;
    EXPECT_EQ(gradient.sizes().vec(), entry.at("grad_shape").get<std::vector<std::int64_t>>());
    const torch::Tensor kept =
        gradient.flatten().slice(0, 0, std::nullopt, entry.at("grad_stride").get<std::int64_t>());
    const double largest = gradient.abs().max().item<double>();
    EXPECT_TRUE(test::near(kept, golden.full(key).flatten(), {.absolute = 2e-2 * largest})) << key;
  }
  std::vector<std::string> without;
  for (const auto& item : parameters) {
    if (!item.value().grad().defined()) without.push_back(item.key());
  }
  EXPECT_EQ(without, golden.info().at(GetParam() + ".no_grad").get<std::vector<std::string>>());
}

INSTANTIATE_TEST_SUITE_P(
    All,
    DecoderGolden,
    ::testing::Values("rtdetrv2-vitt16", "rtdetrv2-noreg", "dfine-vitt", "dfine-convnext-large"),
    [](const auto& tested) {
      std::string name = tested.param;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace saker
