// Training from end to end: what it writes, and that predictions and evaluation agree with it.
#include "saker/train.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/file.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "saker/evaluate.hpp"
#include "saker/model.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

std::set<std::string> files_below(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(entry.path(), folder).string();
    files.insert(name.starts_with("events.out.tfevents.") ? "events" : name);
  }
  return files;
}

std::set<std::string> keys_of(const PickleValue& dict) {
  std::set<std::string> keys;
  for (const auto& [key, value] : dict.as_dict().items) keys.insert(key.as_string());
  return keys;
}

double logged(const std::filesystem::path& jsonl, std::int64_t step, const std::string& tag) {
  std::ifstream file(jsonl);
  for (std::string line; std::getline(file, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event.at("step") == step && event.contains(tag)) return event.at(tag).get<double>();
  }
  return -2;
}

TEST(Train, WritesTheRunFolder) {
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  const TrainResult result = train_object_detection(test::small_run(folder / "run", data, 4));
  EXPECT_EQ(result.steps, 4);
  EXPECT_EQ(files_below(folder / "run"),
            (std::set<std::string>{"best_validation.json",
                                   "checkpoints/best.ckpt",
                                   "checkpoints/last.ckpt",
                                   "config.yaml",
                                   "events",
                                   "exported_models/exported_best.pt",
                                   "exported_models/exported_last.pt",
                                   "image_examples/train_labels_0.jpg",
                                   "image_examples/train_labels_1.jpg",
                                   "image_examples/train_labels_2.jpg",
                                   "image_examples/val_labels_0.jpg",
                                   "image_examples/val_labels_1.jpg",
                                   "image_examples/val_predictions_0.jpg",
                                   "image_examples/val_predictions_1.jpg",
                                   "metrics.jsonl",
                                   "report.html",
                                   "system.json",
                                   "train.log"}));
}

TEST(Train, CheckpointsHaveTheKeysOfTheReference) {
  SAKER_GOLDEN(path, "platform/run_folder.json");
  const auto golden = test::read_json(path).at("checkpoints");
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  train_object_detection(test::small_run(folder / "run", data, 2));
  for (const auto& [name, expected] : golden.items()) {
    const PickleValue file = read_checkpoint(folder / ("run/" + name));
    std::set<std::string> keys;
    for (const auto& [key, type] : expected.at("keys").items()) keys.insert(key);
    std::set<std::string> own = keys_of(file);
    own.erase("cpp_state");
    EXPECT_EQ(own, keys) << name;
    std::set<std::string> init_args;
    for (const auto& [key, value] : expected.at("model_init_args").items()) init_args.insert(key);
    EXPECT_EQ(keys_of(file.at("model_init_args")), init_args) << name;
    EXPECT_TRUE(file.at("model_init_args").at("image_size").is_tuple());
    EXPECT_EQ(static_cast<std::int64_t>(file.at("train_model").as_dict().items.size()),
              expected.at("train_model").at("...total").get<std::int64_t>())
        << name;
    if (!expected.contains("param_groups")) continue;
    const auto& groups = file.at("optimizer").at("param_groups").as_sequence();
    ASSERT_EQ(groups.size(), expected.at("param_groups").size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      std::set<std::string> fields;
      for (const auto& [key, value] : expected.at("param_groups")[i].items()) fields.insert(key);
      EXPECT_EQ(keys_of(groups[i]), fields);
      EXPECT_EQ(groups[i].at("name").as_string(),
                expected.at("param_groups")[i].at("name").get<std::string>());
      EXPECT_EQ(static_cast<int>(groups[i].at("params").as_sequence().size()),
                expected.at("param_groups")[i].at("params").get<int>());
    }
    std::set<std::string> scheduler;
    for (const auto& [key, value] : expected.at("scheduler").items()) scheduler.insert(key);
    EXPECT_EQ(keys_of(file.at("scheduler")), scheduler);
  }
}

TEST(Train, EvaluateEqualsTheLoggedBest) {
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  const TrainResult result = train_object_detection(test::small_run(folder / "run", data, 6));
  const EvaluationReport report =
      evaluate({.model = result.exported_best, .data = {.path = data.string()}});
  EXPECT_EQ(report.images, 4);
  ASSERT_EQ(report.confusion.size(), report.classes.size() + 1);
  std::size_t defined = 0;
  for (const ClassEvaluation& of_class : report.classes) {
    if (of_class.truths > 0) EXPECT_EQ(of_class.ap, report.per_class[defined++].second);
  }
  EXPECT_EQ(defined, report.per_class.size());
  EXPECT_NEAR(report.map, result.best_metric, 1e-6);
  EXPECT_NEAR(report.map_50,
              logged(folder / "run/metrics.jsonl", result.best_step, "val_metric/map_50"),
              1e-6);
}

TEST(Train, FineTuningTakesTheWeightsOfAFile) {
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  const TrainResult first = train_object_detection(test::small_run(folder / "first", data, 2));
  TrainArgs args = test::small_run(folder / "second", data, 1);
  args.model = first.exported_last;
  train_object_detection(args);
  EXPECT_NE(read_text_file(folder / "second/train.log").find("662 loaded, 0 missing, 0 unexpected"),
            std::string::npos);
}

TEST(Train, ConfigYamlStartsTheSameRun) {
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  train_object_detection(test::small_run(folder / "run", data, 1));
  EXPECT_NE(read_text_file(folder / "run/config.yaml").find("batch_size: 2"), std::string::npos);
}

TEST(Train, PredictionsOfABatchEqualSingleOnes) {
  const test::TemporaryFolder folder;
  const auto data = test::small_dataset(folder.path());
  const TrainResult result = train_object_detection(test::small_run(folder / "run", data, 3));
  const Model model = load_model(result.exported_last);
  const std::string image = (folder / "data/images/val").string();
  const Detections first = model.predict(
      std::filesystem::directory_iterator(image)->path().string(), {.threshold = 0.0});
  EXPECT_GT(first.size(), 0U);
  EXPECT_EQ(model.info().name, "picodet/s-416");
  EXPECT_EQ(model.info().image_height, 96);
  EXPECT_THROW(static_cast<void>(model.predict(image + "/absent.jpg")), Error);
}

}  // namespace
}  // namespace saker
