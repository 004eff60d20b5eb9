// Trainings of the toy detector on a few drawn scenes of 4 x 4 pixels.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "core/file.hpp"
#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"
#include "data/synth/dataset.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "temporary_folder.hpp"
#include "toy_detector.hpp"
#include "train/detection_task.hpp"
#include "train/trainer.hpp"

namespace saker::test {

// A data set and runs of it, each in a folder of its own.
class ToyRuns {
 public:
  ToyRuns() {
    const auto yaml = write_synthetic_dataset({.out = folder_ / "data",
                                               .train_images = 8,
                                               .val_images = 2,
                                               .test_images = 0,
                                               .image_width = 32,
                                               .image_height = 32})
                          .data_yaml;
    const DataArgs data = resolve_data({.path = yaml.string()}).args;
    train_ = std::make_shared<const DetectionDataset>(read_dataset(data, "train"));
    val_ = std::make_shared<const DetectionDataset>(read_dataset(data, "val", train_.get()));
  }

  const DetectionDataset& train() const { return *train_; }
  const DetectionDataset& val() const { return *val_; }
  std::filesystem::path folder(const std::string& name) const { return folder_ / name; }
  std::string log(const std::string& name) const {
    return read_text_file(folder(name) / "train.log");
  }

  // Trains the model in that folder; with resume, goes on from its checkpoint.
  TrainResult run(const std::string& name,
                  const TrainingPlan& plan,
                  ToyDetector& model,
                  bool resume = false) const {
    model.set_classes(train_->classes().kept());
    TransformSettings transform;
    transform.image_size = ImageSize{4, 4};
    transform.resize = ResizeSettings{.height = 4, .width = 4};
    transform.normalize = std::optional<Normalization>();
    transform.num_channels = 3;
    const TrainingBatches batches(train_, std::make_shared<const TrainTransform>(transform), plan);
    Validator validator({val_,
                         std::make_shared<const ValidationTransform>(transform),
                         plan.batch_size,
                         plan.settings.image},
                        {.metric = plan.settings.metric});
    const RunFolder run_folder(folder(name));
    run_folder.make();
    RunLog log;
    log.attach_file(run_folder.train_log());
    FanOutLogger metrics;
    const ToyRecipe recipe;
    DetectionTask task(plan,
                       {.folder = run_folder,
                        .batches = batches,
                        .validator = validator,
                        .model = model,
                        .recipe = recipe,
                        .log = log,
                        .metrics = metrics});
    Trainer trainer(plan, {.folder = run_folder, .task = task, .log = log, .metrics = metrics});
    if (resume) trainer.resume(run_folder.last_checkpoint());
    return trainer.run();
  }

 private:
  TemporaryFolder folder_;
  std::shared_ptr<const DetectionDataset> train_, val_;
};

}  // namespace saker::test
