#include "detectors/ltdetr/export_golden.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "detectors/class_labels.hpp"
#include "detectors/export_contract.hpp"
#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/ltdetr/top_k_decode.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker::test {
namespace {

// The best pair of query and class of every image has the class id of the exported file's metadata.
void expect_best_class(const DecoderPrediction& found,
                       const torch::Tensor& golden_logits,
                       const ExportContract& contract,
                       double tolerance) {
  const std::int64_t batch = golden_logits.size(0);
  const auto predictions = top_k_decode(
      found, std::vector<ImageSize>(static_cast<std::size_t>(batch), contract.spec.image_size), 1);
  ASSERT_EQ(static_cast<std::int64_t>(predictions.size()), batch);
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto [best, pair] = golden_logits[i].flatten().topk(2);
    ASSERT_GT((best[0] - best[1]).item<double>(), 2 * tolerance) << "image " << i;
    const std::int64_t output = pair[0].item<std::int64_t>() % golden_logits.size(2);
    const Detections detections =
        to_detections(predictions[static_cast<std::size_t>(i)], contract.spec.classes);
    ASSERT_EQ(detections.size(), 1U);
    EXPECT_EQ(detections.labels[0], 3 * output + 1) << "image " << i;
  }
}

void expect_export_outputs(Ltdetr& detector,
                           const GoldenTensors& golden,
                           const ExportContract& contract,
                           const ExportTolerance& tolerance) {
  const torch::NoGradGuard no_grad;
  const DecoderPrediction found = detector.forward(contract.images);
  expect_contract(contract, detector, {{"logits", found.logits}, {"boxes", found.boxes}});
  const torch::Tensor logits = golden.full("logits"), boxes = golden.full("boxes"),
                      tokens = golden.full("token_index");
  ASSERT_EQ(tokens.sizes().vec(), (std::vector<std::int64_t>{2, 300}));
  ASSERT_EQ(found.query_index.sizes(), tokens.sizes());
  for (std::int64_t i = 0; i < tokens.size(0); ++i) {
    SCOPED_TRACE("image " + std::to_string(i));
    const auto of_image = [&](const torch::Tensor& values) { return values.narrow(0, i, 1); };
    const auto ordered = [&](const torch::Tensor& values) {
      return in_query_order(of_image(values), of_image(found.query_index), of_image(tokens));
    };
    ASSERT_TRUE(ordered(found.logits).defined()) << "other tokens are kept";
    EXPECT_TRUE(near(ordered(found.logits), of_image(logits), {tolerance.logits, 0}));
    EXPECT_TRUE(near(ordered(found.boxes), of_image(boxes), {tolerance.boxes, 0}));
  }
  expect_best_class(found, logits, contract, tolerance.logits);
}

}  // namespace

void expect_golden_export(const std::string& name, const ExportTolerance& tolerance) {
  SAKER_GOLDEN(outputs_path, "export/" + name + ".safetensors");
  SAKER_GOLDEN(contract_path, "export/" + name + ".contract.json");
  const GoldenTensors golden(outputs_path);
  const ExportContract contract = read_export_contract(contract_path);
  ASSERT_EQ(contract.spec.classes.size(), 80U);
  const LtdetrConfig& config = find_ltdetr(contract.spec.model_name)->config;
  EXPECT_EQ(config.image_size, contract.spec.image_size);
  const auto detector =
      std::make_shared<Ltdetr>(contract.spec, config, LtdetrOptions{}, std::nullopt);
  fill_module(*detector);
  detector->eval();
  {
    SCOPED_TRACE("as it is stored");
    expect_export_outputs(*detector, golden, contract, tolerance);
  }
  const auto deployed = std::dynamic_pointer_cast<Ltdetr>(detector->deployed());
  ASSERT_NE(deployed, nullptr);
  SCOPED_TRACE("deployed");
  expect_export_outputs(*deployed, golden, contract, tolerance);
}

}  // namespace saker::test
