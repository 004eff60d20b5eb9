// Where a training step of LTDETR spends its time: a table by module, forward and backward.
//
//   step_profile [MODEL [SIDE [BATCH [STEPS [PRECISION]]]]]
//
// The graph is cut between the modules, so that each one's backward pass can be timed alone.
// PRECISION: 32-true or bf16-mixed. Two threads, images of one size, ten boxes each. Counted are
// operations of LibTorch's matrix products, convolutions and attention; what deformable attention,
// norms and activations do is left out.
#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "core/random_stream.hpp"
#include "detectors/ltdetr/denoising_queries.hpp"
#include "detectors/ltdetr/ltdetr.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"
#include "detectors/registry.hpp"
#include "operation_count.hpp"
#include "train/precision.hpp"
#include "train/tensor_cache.hpp"
#include "train/training_step.hpp"

namespace saker {
namespace {

constexpr std::int64_t kClasses = 80, kBoxes = 10;

// Seconds of every step, and operations of one.
struct Part {
  std::string name;
  std::vector<double> seconds = {};
  double operations = 0;
};

class Profile {
 public:
  explicit Profile(bool counts) : counts_(counts) {}
  void stop_counting() { counts_ = false; }

  // Runs a part of a step that belongs to the named row.
  void measure(const std::string& name, const std::function<void()>& run) {
    auto row = std::ranges::find(parts_, name, &Part::name);
    if (row == parts_.end()) row = parts_.insert(parts_.end(), Part{.name = name});
    if (counts_) {
      const OperationCount count;
      run();
      row->operations = OperationCount::operations();
      return;
    }
    const auto begin = std::chrono::steady_clock::now();
    run();
    row->seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }

  void print() const {
    double whole = 0;
    for (const Part& part : parts_) whole += median(part.seconds);
    fmt::print("| part | ms | share | GFLOP | GFLOP/s |\n| --- | --- | --- | --- | --- |\n");
    for (const Part& part : parts_) {
      const double seconds = median(part.seconds);
      fmt::print("| {} | {:.0f} | {:.1f} % | {:.1f} | {:.0f} |\n",
                 part.name,
                 seconds * 1e3,
                 100 * seconds / whole,
                 part.operations / 1e9,
                 part.operations / seconds / 1e9);
    }
    fmt::print("| whole | {:.0f} | | | |\n", whole * 1e3);
  }

 private:
  static double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }

  bool counts_;
  std::vector<Part> parts_;
};

Targets random_targets(std::int64_t batch) {
  Targets targets;
  for (std::int64_t image = 0; image < batch; ++image) {
    targets.boxes_cxcywh_norm.push_back(torch::cat(
        {torch::rand({kBoxes, 2}) * 0.6 + 0.2, torch::rand({kBoxes, 2}) * 0.3 + 0.05}, 1));
    targets.classes.push_back(torch::randint(kClasses, {kBoxes}, torch::kLong));
  }
  return targets;
}

// The same values as the beginning of another graph.
std::vector<torch::Tensor> cut(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> leaves;
  for (const torch::Tensor& tensor : tensors) leaves.push_back(tensor.detach().requires_grad_());
  return leaves;
}

void backward(const std::vector<torch::Tensor>& outputs, const std::vector<torch::Tensor>& leaves) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& leaf : leaves) gradients.push_back(leaf.grad());
  torch::autograd::backward(outputs, gradients);
}

void run(const std::string& name,
         std::int64_t side,
         std::int64_t batch,
         std::int64_t steps,
         Precision precision) {
  DetectorSpec spec{.model_name = name, .image_size = {.height = side, .width = side}};
  for (std::int64_t id = 0; id < kClasses; ++id)
    spec.classes.emplace_back(id, fmt::format("class {}", id));
  const auto model = std::dynamic_pointer_cast<Ltdetr>(make_detector(spec, {}, /*seed=*/0));
  if (!model) {
    fmt::print(stderr, "{} is no LTDETR\n", name);
    std::exit(2);
  }
  SettingsProblems problems;
  const std::unique_ptr<Recipe> recipe = make_recipe(name, {}, problems);
  TrainingStep update(*model, *recipe, {.run = {.total_steps = 1000}, .images_per_step = batch});
  const torch::Tensor images = torch::rand({batch, model->input_channels(), side, side});
  const Targets targets = random_targets(batch);
  const LtdetrLossSettings settings = loss_settings_for(model->config().decoder, {});
  const TensorCacheScope cache;
  Profile profile(/*counts=*/true);
  for (std::int64_t step = 0; step <= steps; ++step) {
    // Under autocast to the same type all work is LibTorch's, which tells what it does.
    const bool counts = step == 0;
    at::autocast::set_autocast_dtype(at::kCPU, counts ? at::kFloat : at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, counts || precision == Precision::kBfloat16Mixed);
    const DrawKey key = {.batch = static_cast<std::uint64_t>(step)};
    std::vector<torch::Tensor> features, maps;
    LossTerms losses;
    profile.measure("backbone, forward", [&] { features = model->backbone().forward(images); });
    const std::vector<torch::Tensor> feature_leaves = cut(features);
    profile.measure("encoder, forward", [&] { maps = model->encoder().forward(feature_leaves); });
    const std::vector<torch::Tensor> map_leaves = cut(maps);
    DecoderOutputs outputs;
    Denoising denoising;
    profile.measure("decoder, forward", [&] {
      denoising = make_denoising(targets, kClasses, model->config().decoder.queries, {}, key);
      outputs = model->decoder().forward_train(map_leaves, denoising.queries);
    });
    profile.measure("matching and losses, forward",
                    [&] { losses = ltdetr_losses(outputs, targets, settings, denoising.groups); });
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    profile.measure("losses and decoder, backward", [&] { update.backward(losses); });
    profile.measure("encoder, backward", [&] { backward(maps, map_leaves); });
    profile.measure("backbone, backward", [&] { backward(features, feature_leaves); });
    profile.measure("clipping, AdamW, average", [&] { update.update(step); });
    profile.stop_counting();
  }
  fmt::print("{}, {} images of {}x{}, median of {} steps\n\n", name, batch, side, side, steps);
  profile.print();
}

}  // namespace
}  // namespace saker

int main(int count, char** values) {
  const auto number = [&](int index, std::int64_t otherwise) {
    return count > index ? std::strtoll(values[index], nullptr, 10) : otherwise;
  };
  at::set_num_threads(2);
  saker::run(count > 1 ? values[1] : "dinov3/vitt16-notpretrained-ltdetr",
             number(2, 640),
             number(3, 4),
             number(4, 5),
             count > 5 ? saker::precision_of(values[5]).value() : saker::Precision::kFloat32);
}
