#include "train/validator.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <chrono>
#include <utility>

#include "data/prefetch_loader.hpp"
#include "detectors/class_labels.hpp"
#include "image/sequential_opencv.hpp"
#include "saker/error.hpp"
#include "train/batch_tensors.hpp"
#include "train/gathered_evaluation.hpp"
#include "train/loss_values.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

// Boxes of labels in pixels of `size`, four numbers a box.
std::vector<float> corners_in_pixels(const Annotations& annotations, ImageSize size) {
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  std::vector<float> corners;
  corners.reserve(4 * annotations.boxes.size());
  for (const NormalizedBox& box : annotations.boxes) {
    const auto x = static_cast<float>(box.center_x);
    const auto y = static_cast<float>(box.center_y);
    const auto w = static_cast<float>(box.width);
    const auto h = static_cast<float>(box.height);
    corners.insert(
        corners.end(),
        {(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height});
  }
  return corners;
}

void add_image(CocoEvaluator& evaluator,
               const Predictions& predictions,
               const Annotations& annotations,
               ImageSize size) {
  const torch::Tensor boxes = predictions.boxes_xyxy.to(torch::kCPU, torch::kFloat).contiguous();
  const torch::Tensor scores = predictions.scores.to(torch::kCPU, torch::kFloat).contiguous();
  const torch::Tensor classes = predictions.classes.to(torch::kCPU, torch::kLong).contiguous();
  const auto count = static_cast<std::size_t>(scores.numel());
  const std::vector<float> corners = corners_in_pixels(annotations, size);
  evaluator.add_image({.boxes_xyxy = {boxes.const_data_ptr<float>(), 4 * count},
                       .scores = {scores.const_data_ptr<float>(), count},
                       .labels = {classes.const_data_ptr<std::int64_t>(), count}},
                      {.boxes_xyxy = corners, .labels = annotations.classes});
}

// A batch whose parts are in all processes.
class WholeBatch {
 public:
  // own: images of this process's part.
  WholeBatch(std::int64_t own, const Processes* processes) : weight_(static_cast<double>(own)) {
    if (processes == nullptr) return;
    const torch::Tensor counts = torch::tensor({own, std::int64_t{own > 0 ? 1 : 0}}, torch::kLong);
    processes->exchange()->sum(counts);
    is_shared_ = counts[1].item<std::int64_t>() == processes->size();
    // The loss of a shared batch is the mean of the processes' losses.
    if (is_shared_) weight_ = counts[0].item<double>() / static_cast<double>(processes->size());
  }

  // Whether each process has images of it.
  bool is_shared() const { return is_shared_; }
  // Of this process's loss.
  double weight() const { return weight_; }

 private:
  double weight_;
  bool is_shared_ = false;
};

// Puts the means of all processes' losses and their number of images in place of one's own.
void share_outcome(Validator::Outcome& outcome, double weight, const Processes& processes) {
  // A process without images has no losses, whose number the others know.
  const std::int64_t count = largest_over_processes(
      processes.exchange(), static_cast<std::int64_t>(outcome.losses.size()));
  std::vector<double> sums = {static_cast<double>(outcome.images), weight};
  for (const auto& [name, value] : outcome.losses) sums.push_back(weight * value);
  sums.resize(static_cast<std::size_t>(count) + 2);
  const torch::Tensor shared = torch::tensor(sums, torch::kDouble);
  processes.exchange()->sum(shared);
  const double* const all = shared.const_data_ptr<double>();
  outcome.images = static_cast<std::int64_t>(all[0]);
  for (std::size_t i = 0; i < outcome.losses.size(); ++i)
    outcome.losses[i].second = all[i + 2] / all[1];
}

std::string metric_row(const std::string& name, double value) {
  return fmt::format("\n  {:<28} {:>8.4f}", name, value);
}

}  // namespace

Validator::Validator(ValidationBatches batches, ValidatorSettings settings)
    : batches_(std::move(batches)), settings_(std::move(settings)) {}

Validator::Outcome Validator::run(
    Detector& model, const std::function<void(const ValidationProgress&)>& on_batch) const {
  const torch::NoGradGuard no_grad;
  const SequentialOpencv sequential_opencv;
  model.eval();
  CocoEvaluator evaluator(settings_.metric.coco_settings());
  WeightedMean losses;
  double weight = 0;
  std::vector<std::int64_t> order;  // of each image: the number of its batch
  Outcome outcome;
  outcome.classwise = settings_.metric.classwise;
  outcome.metric_names = evaluator.settings().names();
  for (const auto& [id, name] : model.spec().classes) outcome.class_names.push_back(name);

  PrefetchLoader<Batch> loader(
      batches_,
      {.end = batches(),
       .threads = static_cast<int>(settings_.num_workers),
       .prefetch = static_cast<int>(settings_.num_workers * settings_.loader.prefetch_factor),
       .timeout = settings_.loader.timeout});
  const Clock::time_point begin = Clock::now();
  for (std::int64_t number = 0; number < batches(); ++number) {
    Batch batch = loader.next();
    const WholeBatch whole(batch.count(), settings_.processes);
    if (batch.count() == 0) continue;  // another process's, or no image of it could be read
    const Targets targets = make_targets(batch, settings_.device);
    const torch::Tensor images = take_images(batch, settings_.device);
    model.set_processes(whole.is_shared() ? settings_.processes->exchange() : nullptr);
    const Detector::Validation result = model.validate(images, targets, batch.original_sizes);
    for (std::size_t i = 0; i < result.predictions.size(); ++i) {
      const bool in_input = model.evaluation_space() == EvaluationSpace::kNetworkInput;
      add_image(evaluator,
                result.predictions[i],
                batch.annotations[i],
                in_input ? batch.size : batch.original_sizes[i]);
      order.push_back(number);
    }
    losses.update(loss_values(result.losses), whole.weight());
    weight += whole.weight();
    outcome.images += batch.count();

    const auto done = static_cast<double>(number + 1);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    outcome.times = {.step_seconds = seconds / done,
                     .data_seconds = loader.waited_seconds() / done,
                     .images_per_second = static_cast<double>(outcome.images) / seconds};
    const bool is_last = number + 1 == batches();
    if (on_batch) {
      on_batch(
          {.batch = number,
           .batches = batches(),
           .images = images,
           .labels = batch,
           .predictions = result.predictions,
           .loss = is_last ? std::optional<double>(losses.values().front().second) : std::nullopt,
           .times = outcome.times});
    }
  }
  model.set_processes(nullptr);
  outcome.losses = losses.values();
  if (settings_.processes != nullptr) {
    share_outcome(outcome, weight, *settings_.processes);
    evaluator = gathered_evaluation(evaluator, order, *settings_.processes);
  }
  if (outcome.images == 0)
    throw Error(ErrorKind::kData, "no image of the validation split can be read");
  if (settings_.processes == nullptr || settings_.processes->rank() == 0)
    outcome.metrics = evaluator.compute();
  outcome.evaluation = std::move(evaluator);
  return outcome;
}

NamedValues Validator::Outcome::scalars() const {
  NamedValues scalars;
  for (const auto& [name, value] : losses)
    scalars.emplace_back(name == "loss" ? "val_loss" : "val_loss/" + name, value);
  const std::array<double, 12> values = metrics.values();
  for (std::size_t i = 0; i < values.size(); ++i)
    scalars.emplace_back("val_metric/" + metric_names[i], values[i]);
  if (classwise) {
    for (const CocoClassResult& result : metrics.classes) {
      scalars.emplace_back(
          "val_metric_classwise/map_" + class_names[static_cast<std::size_t>(result.label)],
          result.average_precision);
    }
  }
  return scalars;
}

std::string Validator::Outcome::table(const std::string& watched, const BestValue& best) const {
  std::string text = fmt::format("Validation of {} images", images);
  for (const auto& [name, value] : scalars()) text += metric_row(name, value);
  if (best.value)
    text += fmt::format("\nBest {} so far: {:.4f} at step {}", watched, *best.value, best.step + 1);
  return text;
}

}  // namespace saker
