// config.yaml starts the same run again.
#include "api/run_config.hpp"

#include <gtest/gtest.h>

#include "api/train_args_reader.hpp"
#include "core/file.hpp"
#include "core/yaml.hpp"
#include "error_message.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"
#include "train/training_settings.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

Value config_of(const std::filesystem::path& run) { return read_yaml_file(run / "config.yaml"); }

// The arguments of that file, with another run folder.
TrainArgs args_from(Value config, const std::filesystem::path& out) {
  config["out"] = out.string();
  SettingsProblems problems;
  TrainArgs args = train_args_from_value(config, problems);
  problems.throw_if_any();
  return args;
}

void expect_equal_but_for_out(Value a, Value b) {
  a["out"] = b["out"] = "";
  EXPECT_EQ(a.to_json(1), b.to_json(1));
}

class RunConfig : public ::testing::Test {
 protected:
  void SetUp() override { data_ = test::small_dataset(folder_.path()); }

  // A run of two steps from these arguments; returns its config.yaml.
  Value run(TrainArgs args, const std::string& name) const {
    args.out = folder_ / name;
    train_object_detection(args);
    return config_of(folder_ / name);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path data_;
};

TEST_F(RunConfig, HoldsEverySettingAndStartsTheSameRun) {
  TrainArgs args = test::small_run("", data_, 2);
  args.metric_args = {{"classwise", true}};
  const Value first = run(args, "first");
  EXPECT_EQ(first.at("metric_args").at("classwise"), Value(true));
  EXPECT_EQ(first.at("metric_args").at("watch_metric"), Value("val_metric/map"));
  EXPECT_EQ(first.at("loader_args").at("timeout"), Value(180));
  EXPECT_EQ(first.at("logger_args").at("tensorboard").at("default_hp_metric"), Value(true));
  EXPECT_TRUE(first.at("logger_args").at("mlflow").is_null());
  EXPECT_EQ(first.at("model_args").at("lr"), Value(0.1));
  const std::string log = read_text_file(folder_ / "first/train.log");
  EXPECT_TRUE(test::contains(log, "Resolved Args: "));
  EXPECT_TRUE(test::contains(log, "\"watch_metric\": \"val_metric/map\""));

  const Value second = run(args_from(first, ""), "second");
  expect_equal_but_for_out(first, second);
}

TEST_F(RunConfig, StartsAFineTuningAgainAndGoesOnWithIt) {
  const Value first = run(test::small_run("", data_, 2), "first");
  TrainArgs tuning = args_from(first, "");
  tuning.checkpoint = folder_ / "first/exported_models/exported_last.pt";
  const Value tuned = run(tuning, "tuned");
  EXPECT_EQ(tuned.at("checkpoint"), Value(tuning.checkpoint));
  expect_equal_but_for_out(tuned, run(args_from(tuned, ""), "again"));

  // Its own checkpoint is no obstacle, and stays in the file even if it is not given.
  TrainArgs resumed = args_from(tuned, folder_ / "tuned");
  resumed.resume_interrupted = true;
  EXPECT_EQ(train_object_detection(resumed).steps, 2);
  expect_equal_but_for_out(tuned, config_of(folder_ / "tuned"));
  resumed.checkpoint.clear();
  EXPECT_EQ(train_object_detection(resumed).steps, 2);
  expect_equal_but_for_out(tuned, config_of(folder_ / "tuned"));

  resumed.checkpoint = folder_ / "first/checkpoints/last.ckpt";
  const std::string message =
      test::message_of(ErrorKind::kUsage, [&] { train_object_detection(resumed); });
  EXPECT_TRUE(test::contains(message, "'checkpoint'")) << message;
}

TEST_F(RunConfig, AnEditedFileNamesNoCheckpoint) {
  const RunFolder folder(folder_.path());
  EXPECT_EQ(checkpoint_of_run(folder), "");
  test::write_text(folder.config(), "checkpoint: [1\n");
  EXPECT_EQ(checkpoint_of_run(folder), "");
  test::write_text(folder.config(), "checkpoint: null\n");
  EXPECT_EQ(checkpoint_of_run(folder), "");
  test::write_text(folder.config(), "checkpoint: a.pt\n");
  EXPECT_EQ(checkpoint_of_run(folder), "a.pt");
}

}  // namespace
}  // namespace saker
