#include "demo_plan.hpp"

#include <algorithm>
#include <string_view>

#include "backbones/backbone_config.hpp"
#include "data/synth/object_look.hpp"

namespace saker {
namespace {

DataArgs data_in(const std::filesystem::path& folder, const std::string& evaluated_split) {
  DataArgs data;
  data.path = folder.string();
  data.train = "images/train";
  data.val = "images/" + evaluated_split;
  for (const char* name : kSynthClassNames)
    data.names.emplace_back(static_cast<std::int64_t>(data.names.size()), name);
  return data;
}

Value square(std::int64_t side) { return Value::Array{side, side}; }

// Small enough for minutes on two cores, large enough to learn the scenes. The defaults suit long
// runs on photographs; a short one on clean drawings learns faster from plain images, with a higher
// rate and an average of the weights that follows them closely.
DemoPlan picodet_plan(const DemoOptions& options) {
  const std::filesystem::path out = options.out;
  DemoPlan plan;
  plan.scenes.train_images = 400;
  plan.scenes.test_images = 8;
  plan.evaluated_on = "held-out scenes";
  plan.predicted = out / "data/images/test";
  TrainArgs& args = plan.training;
  args.model = options.model;
  args.data = data_in(out / "data", "val");
  args.steps = options.steps.value_or(700);
  args.batch_size = 8;
  args.model_args = {
      {"lr", 0.3}, {"lr_warmup_steps", 50}, {"ema_momentum", 0.98}, {"ema_warmup_steps", 50}};
  args.transform_args = {{"image_size", square(192)},
                         {"random_zoom_out", nullptr},
                         {"random_iou_crop", nullptr},
                         {"photometric_distort", nullptr}};
  return plan;
}

// The name of the same model with random weights: "ltdetrv2-s-notpretrained" for "ltdetrv2-s-coco".
std::string without_weights(std::string name) {
  constexpr std::string_view kCoco = "-coco", kFamily = "-ltdetr";
  if (name.ends_with(kCoco)) name.resize(name.size() - kCoco.size());
  if (name.find("ltdetr") == std::string::npos ||
      name.find(kNotPretrainedSuffix) != std::string::npos)
    return name;  // the training refuses what is no name
  return name.insert(name.ends_with(kFamily) ? name.size() - kFamily.size() : name.size(),
                     kNotPretrainedSuffix);
}

DemoPlan ltdetr_plan(const DemoOptions& options) {
  const std::filesystem::path out = options.out;
  DemoPlan plan;
  plan.scenes.train_images = 8;
  plan.scenes.val_images = 1;
  plan.scenes.test_images = 0;
  plan.evaluated_on = "the scenes that it learned by heart";
  plan.predicted = out / "data/images/train";
  TrainArgs& args = plan.training;
  args.model = without_weights(options.model);
  args.data = data_in(out / "data", "train");
  args.steps = options.steps.value_or(120);
  args.batch_size = 4;
  // Random weights need the full rate in the backbone, too.
  args.model_args = {{"lr", 5e-4},
                     {"backbone_lr_factor", 1.0},
                     {"lr_warmup_steps", 20},
                     {"ema_momentum", 0.9},
                     {"ema_warmup_steps", 20}};
  const bool patches_of_14 = args.model.starts_with("dinov2/");
  args.transform_args = {{"image_size", square(patches_of_14 ? 336 : 320)},
                         {"photometric_distort", nullptr},
                         {"random_zoom_out", nullptr},
                         {"random_iou_crop", nullptr},
                         {"random_flip", nullptr},
                         {"mosaic", nullptr},
                         {"mixup", nullptr},
                         {"copyblend", nullptr},
                         {"scale_jitter", nullptr}};
  return plan;
}

}  // namespace

DemoPlan plan_demo(const DemoOptions& options) {
  DemoPlan plan =
      options.model.starts_with("picodet/") ? picodet_plan(options) : ltdetr_plan(options);
  const std::filesystem::path out = options.out;
  plan.scenes.out = out / "data";
  plan.scenes.overwrite = options.overwrite;
  plan.training.out = (out / "run").string();
  plan.training.overwrite = options.overwrite;
  plan.training.gradient_accumulation_steps = 1;
  plan.training.logger_args = {
      {"val_every_num_steps", std::max<std::int64_t>(1, *plan.training.steps / 4)}};
  return plan;
}

}  // namespace saker
