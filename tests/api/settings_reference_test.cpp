#include "api/settings_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/train_args_reader.hpp"
#include "detectors/registry.hpp"
#include "error_message.hpp"
#include "golden.hpp"
#include "train/training_settings.hpp"

namespace saker {
namespace {

TEST(SettingsReference, HasTheArgumentsOfTheStruct) {
  const SettingsSchema schema = training_arguments();
  std::set<std::string> described, fields;
  for (const SettingDescription& setting : schema.settings()) described.insert(setting.path);
  const Value arguments = to_value(TrainArgs{});
  for (const auto& [key, value] : arguments.as_object()) fields.insert(key_text(key));
  EXPECT_EQ(described, fields);
  for (const char* key : {"out",
                          "data",
                          "model",
                          "model_args",
                          "steps",
                          "batch_size",
                          "num_workers",
                          "devices",
                          "num_nodes",
                          "accelerator",
                          "strategy",
                          "precision",
                          "float32_matmul_precision",
                          "seed",
                          "logger_args",
                          "transform_args",
                          "metric_args",
                          "loader_args",
                          "save_checkpoint_args",
                          "gradient_accumulation_steps",
                          "resume_interrupted",
                          "checkpoint",
                          "overwrite",
                          "debug_args",
                          "image_args"})
    EXPECT_NE(schema.find(key), nullptr) << key;
  for (const char* key : {"out", "data", "model"})
    EXPECT_TRUE(schema.find(key)->is_required) << key;
}

// Their defaults are those of the struct, "auto" for an empty optional.
TEST(SettingsReference, ArgumentsHaveTheDefaultsOfTheStruct) {
  const Value fields = to_value(TrainArgs{});
  for (const SettingDescription& setting : training_arguments().settings()) {
    if (setting.is_required || setting.type == "map") continue;
    EXPECT_EQ(setting.default_value, fields.at(setting.path)) << setting.path;
  }
}

TEST(SettingsReference, EverySettingHasATypeAndAMeaning) {
  for (const ModelGroup& group : model_groups()) {
    for (const SettingDescription& setting : settings_of_model(group.model).settings()) {
      EXPECT_FALSE(setting.type.empty()) << setting.path;
      EXPECT_FALSE(setting.meaning.empty()) << setting.path;
      EXPECT_FALSE(setting.meaning.ends_with('.')) << setting.path;
      EXPECT_EQ(setting.meaning.find('|'), std::string::npos) << setting.path;
    }
  }
}

TEST(SettingsReference, HasTheKeysOfAModel) {
  const SettingsSchema picodet = settings_of_model("picodet/s-416");
  const SettingsSchema ltdetr = settings_of_model("dinov3/vitt16-ltdetr");
  EXPECT_EQ(picodet.find("model_args.lr")->default_text(), "0.1");
  EXPECT_EQ(ltdetr.find("model_args.lr")->default_text(), "0.0005");
  EXPECT_EQ(ltdetr.find("model_args.lr")->alias, "optimizer_lr");
  EXPECT_EQ(picodet.find("steps")->default_text(), "auto (90000)");
  EXPECT_EQ(ltdetr.find("batch_size")->default_text(), "auto (32)");
  EXPECT_EQ(picodet.find("model_args.matcher_alpha"), nullptr);
  EXPECT_EQ(ltdetr.find("transform_args.mosaic")->default_text(), "on");
  EXPECT_EQ(picodet.find("transform_args.mosaic")->type, "null");
  EXPECT_EQ(picodet.find("transform_args.image_size")->default_text(), "auto ([416, 416])");
  for (const char* path : {"data.names",
                           "data.train.annotations",
                           "logger_args.mlflow.run_name",
                           "logger_args.tensorboard.sub_dir",
                           "metric_args.map.average",
                           "loader_args.timeout",
                           "save_checkpoint_args.save_best",
                           "image_args.exif_orientation",
                           "debug_args.nancapture.enabled",
                           "transform_args.random_rotate.degrees",
                           "transform_args.val.image_size",
                           "model_args.loss_weight_dict",
                           "model_args.backbone_args.patch_size"})
    EXPECT_NE(ltdetr.find(path), nullptr) << path;
  EXPECT_EQ(ltdetr.find("transform_args.random_rotate")->default_text(), "off");
  EXPECT_TRUE(ltdetr.find("transform_args.random_rotate.prob")->is_required);
  const std::string message = test::message_of(
      ErrorKind::kUsage, [] { static_cast<void>(settings_of_model("picodet/s-461")); });
  EXPECT_TRUE(test::contains(message, "picodet/s-416")) << message;
}

// The pages show one model for each group.
TEST(SettingsReference, EveryModelIsLikeOneOfItsGroup) {
  const auto defaults = [](const std::string& model) {
    std::vector<std::string> lines;
    for (const SettingDescription& setting : settings_of_model(model).settings()) {
      // The input size of a model is its own.
      const bool has_own = setting.path == "transform_args.image_size";
      lines.push_back(setting.path + ": " + (has_own ? "" : setting.default_text()));
    }
    return lines;
  };
  std::vector<std::vector<std::string>> known;
  for (const ModelGroup& group : model_groups()) known.push_back(defaults(group.model));
  for (const DetectorName& name : detector_names()) {
    if (name.listed)
      EXPECT_NE(std::find(known.begin(), known.end(), defaults(name.name)), known.end())
          << name.name;
  }
}

// Keys of the reference's tables, at their places.
TEST(SettingsReference, HasEveryKeyOfTheReference) {
  SAKER_GOLDEN(path, "platform/config_cases.json");
  const SettingsSchema schema = settings_of_model("picodet/s-416");
  const auto golden = test::read_json(path);
  int checked = 0;
  for (const auto& entry : golden.at("sections")) {
    if (entry.contains("error") || !entry.at("accepted").is_object()) continue;
    const auto section = entry.at("section").get<std::string>();
    if (schema.find(section) == nullptr || section == "torch_compile_args") continue;
    for (const auto& [key, value] : entry.at("accepted").items()) {
      ++checked;
      EXPECT_NE(schema.find(section + "." + key), nullptr) << section << "." << key;
    }
  }
  EXPECT_GT(checked, 10);
}

TEST(SettingsReference, UnknownKeysAreHintedAcrossSections) {
  SettingsProblems problems;
  train_args_from_value({{"out", "o"},
                         {"model", "picodet/s-416"},
                         {"data", "data.yaml"},
                         {"lr", 0.1},
                         {"stpes", 3},
                         {"watch_metric", "val_loss"}},
                        problems);
  ASSERT_EQ(problems.lines().size(), 3U);
  EXPECT_EQ(problems.lines()[0], "Unknown key: 'lr'; did you mean 'model_args.lr'?");
  EXPECT_EQ(problems.lines()[1], "Unknown key: 'stpes'; did you mean 'steps'?");
  EXPECT_EQ(problems.lines()[2],
            "Unknown key: 'watch_metric'; did you mean 'metric_args.watch_metric'?");
}

}  // namespace
}  // namespace saker
