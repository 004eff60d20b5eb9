// Parts of a batch in several processes against the whole batch in one.
#include "train/data_parallel.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>
#include <memory>
#include <string>

#include "detectors/registry.hpp"
#include "tensors/spawned_processes.hpp"

namespace saker {
namespace {

constexpr std::int64_t kImages = 4;
const std::vector<std::int64_t> kBoxes = {3, 0, 5, 1};  // of each image

// PicoDet's gradients at its start follow the rounding of batch norm: one process whose norms
// compute in another order differs as much (5e-4 of the squares).
struct Case {
  std::string model;
  std::int64_t side;
  std::int64_t processes;
  double tolerance;  // of the squares of all gradients
};

std::shared_ptr<Detector> detector_of(const Case& model) {
  return make_detector({.model_name = model.model,
                        .image_size = {model.side, model.side},
                        .classes = {{0, "a"}, {1, "b"}}},
                       Value(),
                       3);
}

Targets targets_of(std::int64_t begin, std::int64_t end) {
  Targets targets;
  for (std::int64_t image = begin; image < end; ++image) {
    const std::int64_t count = kBoxes[static_cast<std::size_t>(image)];
    const torch::Tensor place = torch::arange(count, torch::kFloat).unsqueeze(1);
    targets.boxes_cxcywh_norm.push_back(torch::cat(
        {0.2 + 0.15 * place, 0.7 - 0.1 * place, 0.1 + 0.05 * place, 0.3 - 0.03 * place}, 1));
    targets.classes.push_back(torch::arange(count, torch::kLong).remainder(2));
  }
  return targets;
}

std::map<std::string, torch::Tensor> gradients_of(const Detector& model) {
  std::map<std::string, torch::Tensor> gradients;
  for (const auto& item : model.named_parameters()) {
    if (item.value().grad().defined()) gradients[item.key()] = item.value().grad().clone();
  }
  return gradients;
}

class DataParallelOf : public ::testing::TestWithParam<Case> {};

TEST_P(DataParallelOf, GivesTheLossAndGradientsOfTheWholeBatch) {
  torch::manual_seed(0);
  const torch::Tensor images = torch::randn({kImages, 3, GetParam().side, GetParam().side});
  test::run_as_processes(GetParam().processes, [&](Processes& processes) {
    const auto model = detector_of(GetParam());
    model->train();
    model->set_processes(processes.exchange());
    DataParallel parallel(&processes, *model, /*all_batch_norms=*/true);
    const std::int64_t begin = kImages * processes.rank() / processes.size();
    const std::int64_t end = kImages * (processes.rank() + 1) / processes.size();
    parallel.begin_forward();
    const LossTerms losses =
        model->training_losses(images.slice(0, begin, end),
                               targets_of(begin, end),
                               {.batch = 7, .first_image = static_cast<std::uint64_t>(begin)});
    parallel.prepare_backward(losses.total);
    parallel.run_backward([&] { losses.total.backward(); });
    const double mean_loss =
        mean_over_processes(processes.exchange(), {losses.total.item<double>()})[0];
    if (processes.rank() != 0) return;

    const auto whole = detector_of(GetParam());
    whole->train();
    const LossTerms expected = whole->training_losses(images, targets_of(0, kImages), {.batch = 7});
    expected.total.backward();
    const double loss = expected.total.item<double>();
    EXPECT_NEAR(mean_loss, loss, 1e-4 * loss);
    const auto gradients = gradients_of(*model), expected_gradients = gradients_of(*whole);
    ASSERT_EQ(gradients.size(), expected_gradients.size());
    double squares = 0, difference = 0;
    for (const auto& [name, gradient] : expected_gradients) {
      squares += gradient.square().sum().item<double>();
      difference += (gradients.at(name) - gradient).square().sum().item<double>();
    }
    EXPECT_LT(difference, GetParam().tolerance * squares);
  });
}

INSTANTIATE_TEST_SUITE_P(
    Models,
    DataParallelOf,
    ::testing::Values(Case{"picodet/s-416", 224, 2, 5e-3},
                      Case{"picodet/s-416", 224, 4, 5e-3},
                      Case{"dinov3/vitt16-notpretrained-ltdetr", 128, 2, 1e-6},
                      Case{"dinov3/convnext-tiny-notpretrained-ltdetr", 128, 2, 1e-6},
                      Case{"ltdetrv2-s-notpretrained", 128, 4, 1e-6}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

}  // namespace
}  // namespace saker
