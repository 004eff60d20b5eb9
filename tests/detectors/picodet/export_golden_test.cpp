#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "detectors/class_labels.hpp"
#include "detectors/export_contract.hpp"
#include "detectors/picodet/golden_weights.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

using test::ExportContract;
using test::GoldenTensors;

constexpr test::Tolerance kPeakBoxTolerance{1e-3, 0};
constexpr test::Tolerance kScoreTolerance{1e-5, 0};
constexpr std::int64_t kMostFlips = 4;

// Of all locations; those that are no peaks have score 0.
struct Outputs {
  torch::Tensor labels, boxes, scores;
};

torch::Tensor class_ids(const Predictions& predictions, const ClassNames& classes) {
  return torch::tensor(to_detections(predictions, classes).labels, torch::kInt64);
}

Outputs outputs_of(PicoDet& model, const torch::Tensor& images) {
  const DecodedOutputs decoded = model.forward(images);
  const torch::Tensor scores = decoded.obj_logits.sigmoid();
  const torch::Tensor classes = decoded.cls_logits.argmax(-1);
  std::vector<torch::Tensor> labels;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    labels.push_back(
        class_ids({decoded.boxes_xyxy[i], scores[i], classes[i]}, model.spec().classes));
  }
  return {torch::stack(labels), decoded.boxes_xyxy, scores};
}

void expect_export_outputs(const Outputs& found, const GoldenTensors& golden) {
  const torch::Tensor labels = golden.full("labels"), boxes = golden.full("boxes"),
                      scores = golden.full("scores");
  ASSERT_EQ(labels.sizes().vec(), (std::vector<std::int64_t>{2, 3598}));
  ASSERT_EQ(found.scores.sizes(), scores.sizes());
  const torch::Tensor peak = scores > 0, same = peak == (found.scores > 0);
  EXPECT_LE(same.logical_not().sum().item<std::int64_t>(), kMostFlips);
  // Every image has peaks, and places that are none.
  for (const torch::Tensor& places : {peak & same, ~peak & same})
    ASSERT_TRUE(places.any(1).all().item<bool>());
  EXPECT_TRUE(found.labels.masked_select(same).equal(labels.masked_select(same)));
  EXPECT_TRUE(
      test::near(found.scores.masked_select(same), scores.masked_select(same), kScoreTolerance));
  EXPECT_TRUE(test::near(found.boxes.index({same}), boxes.index({same}), kPeakBoxTolerance));
}

// predict() gives the peaks of forward() in the order of their locations.
void expect_predicts_peaks(PicoDet& model, const torch::Tensor& images, const Outputs& outputs) {
  const auto batch = static_cast<std::size_t>(images.size(0));
  const auto predictions =
      model.predict(images, std::vector<ImageSize>(batch, model.spec().image_size));
  ASSERT_EQ(predictions.size(), batch);
  for (std::size_t i = 0; i < batch; ++i) {
    const auto image = static_cast<std::int64_t>(i);
    const torch::Tensor peaks = (outputs.scores[image] > 0).nonzero().flatten();
    const auto at_peaks = [&](const torch::Tensor& values) {
      return values[image].index_select(0, peaks);
    };
    EXPECT_TRUE(class_ids(predictions[i], model.spec().classes).equal(at_peaks(outputs.labels)));
    EXPECT_TRUE(test::near(predictions[i].scores, at_peaks(outputs.scores), {1e-6, 0}));
    EXPECT_TRUE(test::near(predictions[i].boxes_xyxy, at_peaks(outputs.boxes), {1e-4, 0}));
  }
}

void expect_form(PicoDet& model,
                 const torch::Tensor& input,
                 const ExportContract& contract,
                 const GoldenTensors& golden) {
  const torch::NoGradGuard no_grad;
  const Outputs outputs = outputs_of(model, input);
  test::expect_contract(
      contract,
      model,
      {{"labels", outputs.labels}, {"boxes", outputs.boxes}, {"scores", outputs.scores}});
  expect_export_outputs(outputs, golden);
  expect_predicts_peaks(model, contract.images, outputs);
}

TEST(PicoDetExportGolden, BothFormsAgreeWithTheReferencesExport) {
  SAKER_GOLDEN(outputs_path, "export/picodet-s.safetensors");
  SAKER_GOLDEN(contract_path, "export/picodet-s.contract.json");
  const GoldenTensors golden(outputs_path);
  const ExportContract contract = test::read_export_contract(contract_path);
  ASSERT_EQ(contract.spec.classes.size(), 80U);
  const auto model = std::make_shared<PicoDet>(contract.spec,
                                               find_picodet(contract.spec.model_name)->config,
                                               PicoDetOptions{},
                                               std::nullopt);
  test::fill_module(*model);
  model->eval();
  {
    SCOPED_TRACE("as it is stored");
    expect_form(*model, contract.images, contract, golden);
  }
  const auto deployed = std::dynamic_pointer_cast<PicoDet>(model->deployed());
  ASSERT_NE(deployed, nullptr);
  SCOPED_TRACE("deployed");
  // In the order of memory that its predict() chooses.
  expect_form(
      *deployed, contract.images.contiguous(at::MemoryFormat::ChannelsLast), contract, golden);
}

}  // namespace
}  // namespace saker
