// `saker train --config RUN/config.yaml` starts the same run again, or goes on with it.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/yaml.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class TrainAgain : public ::testing::Test {
 protected:
  // The settings of the run, which must end well; the folder's own path is taken out.
  Value config_after(const std::string& run, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "train");
    const test::ProgramResult result = test::run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    Value config = read_yaml_file(folder_ / run / "config.yaml");
    EXPECT_EQ(config.at("out"), Value((folder_ / run).string()));
    config["out"] = "";
    return config;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  test::TemporaryFolder folder_;
  std::string data_ = test::small_scenes(folder_ / "data", 4);
};

TEST_F(TrainAgain, FromTheFileInTheRunFolder) {
  const Value first = config_after("first",
                                   {"--out",
                                    path("first"),
                                    "--model",
                                    "picodet/s-416",
                                    "--data",
                                    data_,
                                    "--steps",
                                    "1",
                                    "--batch-size",
                                    "2",
                                    "--logger-args",
                                    "{tensorboard: null}",
                                    "transform_args.image_size=[96, 96]"});
  EXPECT_TRUE(first.at("logger_args").at("tensorboard").is_null());
  const Value second =
      config_after("second", {"--config", path("first/config.yaml"), "--out", path("second")});
  EXPECT_EQ(first.to_json(1), second.to_json(1));

  const Value tuned = config_after("tuned",
                                   {"--config",
                                    path("first/config.yaml"),
                                    "--out",
                                    path("tuned"),
                                    "--checkpoint",
                                    path("first/exported_models/exported_last.pt")});
  EXPECT_EQ(tuned.at("checkpoint"), Value(path("first/exported_models/exported_last.pt")));
  // Done already, so that nothing is left to train.
  const Value resumed =
      config_after("tuned", {"--config", path("tuned/config.yaml"), "--resume-interrupted"});
  EXPECT_EQ(resumed.at("checkpoint"), tuned.at("checkpoint"));
  EXPECT_EQ(resumed.at("resume_interrupted"), Value(false));
}

}  // namespace
}  // namespace saker
