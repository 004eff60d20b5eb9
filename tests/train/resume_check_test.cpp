#include "train/resume_check.hpp"

#include <gtest/gtest.h>

#include "core/yaml.hpp"
#include "core/yaml_writer.hpp"
#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const Value kRun = parse_yaml(R"(
out: out/cells
model: picodet/s-416
data: {path: cells, train: images/train, val: images/val, names: {0: red, 1: white}}
steps: 3000
batch_size: 16
num_workers: 4
precision: 32-true
seed: 0
overwrite: false
resume_interrupted: false
checkpoint: coco.pt
model_args: {lr: 0.1, lr_warmup_steps: 300, backbone_weights: a.pt}
transform_args: {image_size: [416, 416], mosaic: null, random_flip: {horizontal_prob: 0.5}}
metric_args: {watch_metric: val_metric/map, classwise: false}
image_args: {exif_orientation: apply, unreadable: fail}
logger_args: null
)",
                              "config.yaml");

// The run with one setting changed.
Value with(const std::vector<const char*>& path, Value value) {
  Value changed = kRun;
  Value* place = &changed;
  for (const char* key : path) place = &(*place)[key];
  *place = std::move(value);
  return changed;
}

std::string differences(const Value& now) {
  return list_differences(resume_differences(kRun, now));
}

TEST(ResumeCheck, TheSameSettingsMayGoOn) {
  EXPECT_TRUE(resume_differences(kRun, kRun).empty());
  EXPECT_TRUE(resume_differences(kRun, parse_yaml(to_yaml(kRun), "config.yaml")).empty());
  // 1 and 1.0 are equal, and so are null and nothing.
  EXPECT_EQ(differences(with({"model_args", "lr"}, 0.1)), "");
  EXPECT_EQ(differences(with({"seed"}, 0.0)), "");
  EXPECT_EQ(differences(with({"transform_args", "random_rotate"}, nullptr)), "");
}

TEST(ResumeCheck, WhatDoesNotDecideTheWeightsIsFree) {
  EXPECT_EQ(differences(with({"out"}, "moved/cells")), "");
  EXPECT_EQ(differences(with({"model"}, "")), "");
  EXPECT_EQ(differences(with({"data", "path"}, "/elsewhere")), "");
  EXPECT_EQ(differences(with({"data", "train"}, "images/all")), "");
  EXPECT_EQ(differences(with({"num_workers"}, 1)), "");
  EXPECT_EQ(differences(with({"accelerator"}, "gpu")), "");
  EXPECT_EQ(differences(with({"checkpoint"}, nullptr)), "");
  EXPECT_EQ(differences(with({"resume_interrupted"}, true)), "");
  EXPECT_EQ(differences(with({"logger_args"}, Value{{"val_every_num_steps", 5}})), "");
  EXPECT_EQ(differences(with({"save_checkpoint_args"}, Value{{"save_last", true}})), "");
  EXPECT_EQ(differences(with({"image_args", "unreadable"}, "replace")), "");
  EXPECT_EQ(differences(with({"metric_args", "classwise"}, true)), "");
  EXPECT_EQ(differences(with({"model_args", "backbone_weights"}, nullptr)), "");
}

TEST(ResumeCheck, WhatDecidesThemIsNot) {
  EXPECT_EQ(differences(with({"steps"}, 4000)), "\n  steps: was 3000, is now 4000");
  EXPECT_EQ(differences(with({"batch_size"}, 8)), "\n  batch_size: was 16, is now 8");
  EXPECT_EQ(differences(with({"seed"}, 1)), "\n  seed: was 0, is now 1");
  EXPECT_EQ(differences(with({"precision"}, "bf16-mixed")),
            "\n  precision: was 32-true, is now bf16-mixed");
  EXPECT_EQ(differences(with({"model"}, "picodet/l-416")),
            "\n  model: was picodet/s-416, is now picodet/l-416");
  EXPECT_EQ(differences(with({"transform_args", "image_size"}, Value::Array{320, 320})),
            "\n  transform_args.image_size: was [416,416], is now [320,320]");
  EXPECT_EQ(differences(with({"transform_args", "mosaic"}, Value{{"prob", 1.0}})),
            "\n  transform_args.mosaic: was not set, is now {\"prob\":1.0}");
  EXPECT_EQ(differences(with({"model_args", "weight_decay"}, 0.1)),
            "\n  model_args.weight_decay: was not set, is now 0.1");
  EXPECT_EQ(differences(with({"metric_args", "watch_metric"}, "val_loss")),
            "\n  metric_args.watch_metric: was val_metric/map, is now val_loss");
  EXPECT_EQ(differences(with({"image_args", "exif_orientation"}, "ignore")),
            "\n  image_args.exif_orientation: was apply, is now ignore");
  const Value other_names = with({"data", "names"}, parse_yaml("{0: red, 1: pale}", "names"));
  EXPECT_EQ(differences(other_names), "\n  data.names.1: was white, is now pale");
}

TEST(ResumeCheck, TheRefusalListsAllAndSaysWhatToDo) {
  Value now = with({"steps"}, 4000);
  now["seed"] = 3;
  const std::string message = test::message_of(ErrorKind::kUsage, [&] {
    require_resumable("out/config.yaml", "out/checkpoints/last.ckpt", kRun, now);
  });
  EXPECT_TRUE(
      test::contains(message, "\n  steps: was 3000, is now 4000\n  seed: was 0, is now 3\n"))
      << message;
  EXPECT_TRUE(test::contains(message, "--config out/config.yaml --resume-interrupted)")) << message;
  EXPECT_TRUE(test::contains(message, "--checkpoint out/checkpoints/last.ckpt")) << message;
  require_resumable("out/config.yaml", "out/checkpoints/last.ckpt", kRun, kRun);
}

TEST(ResumeCheck, ConfigYamlKeepsHowTheRunBegan) {
  Value now = with({"num_workers"}, 1);
  now["model"] = "";
  now["checkpoint"] = nullptr;
  now["resume_interrupted"] = true;
  const Value kept = continued_settings(kRun, now);
  EXPECT_EQ(kept.at("model"), Value("picodet/s-416"));
  EXPECT_EQ(kept.at("checkpoint"), Value("coco.pt"));
  EXPECT_EQ(kept.at("resume_interrupted"), Value(false));
  EXPECT_EQ(kept.at("num_workers"), Value(1));
}

}  // namespace
}  // namespace saker
