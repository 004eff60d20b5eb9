#include "loggers/logger_settings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "environment.hpp"
#include "golden.hpp"

namespace saker {
namespace {

Value from_json(const nlohmann::ordered_json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    Value::Array array;
    for (const auto& element : json) array.push_back(from_json(element));
    return array;
  }
  if (json.is_object()) {
    Value value = Value::Object();
    for (const auto& [key, member] : json.items()) value[key] = from_json(member);
    return value;
  }
  return {};
}

std::vector<std::string> problems_of(const Value& logger_args) {
  SettingsProblems problems;
  static_cast<void>(read_logger_settings(logger_args, problems));
  return problems.lines();
}

class LoggerSettingsTest : public ::testing::Test {
 private:
  test::ScopedVariable uri_{"MLFLOW_TRACKING_URI", std::nullopt};
  test::ScopedVariable project_{"WANDB_PROJECT", std::nullopt};
};

TEST_F(LoggerSettingsTest, AgreeWithTheReference) {
  SAKER_GOLDEN(path, "platform/config_cases.json");
  const auto golden = test::read_json(path);
  int checked = 0;
  for (const auto& entry : golden.at("sections")) {
    if (entry.at("section") != "logger_args") continue;
    const auto& input = entry.at("input");
    if (input.contains("jsonl")) continue;                               // offered here
    if (input.contains("mlflow") && !entry.contains("error")) continue;  // two keys are needed here
    ++checked;
    SettingsProblems problems;
    const LoggerSettings settings = read_logger_settings(from_json(input), problems);
    EXPECT_EQ(problems.empty(), !entry.contains("error")) << input.dump();
    if (entry.contains("error")) continue;
    const auto& accepted = entry.at("accepted");
    EXPECT_EQ(settings.tensorboard.has_value(), !accepted.at("tensorboard").is_null());
    if (settings.tensorboard) {
      const auto& expected = accepted.at("tensorboard");
      EXPECT_EQ(settings.tensorboard->name, expected.at("name"));
      EXPECT_EQ(settings.tensorboard->version, expected.at("version"));
      EXPECT_EQ(settings.tensorboard->prefix, expected.at("prefix"));
      EXPECT_EQ(settings.tensorboard->default_hp_metric, expected.at("default_hp_metric"));
    }
    EXPECT_EQ(settings.wandb.has_value(), !accepted.at("wandb").is_null());
    if (settings.wandb) {
      EXPECT_EQ(settings.wandb->offline, accepted.at("wandb").at("offline"));
      EXPECT_EQ(settings.wandb->log_model == ModelUpload::kAlways,
                accepted.at("wandb").at("log_model") == "all");
    }
    EXPECT_FALSE(settings.mlflow.has_value());
  }
  EXPECT_GE(checked, 7);
}

TEST_F(LoggerSettingsTest, ReadWhatIsGiven) {
  SettingsProblems problems;
  const LoggerSettings settings =
      read_logger_settings({{"tensorboard", {{"name", "a"}, {"sub_dir", "b/c"}, {"prefix", "p"}}},
                            {"jsonl", nullptr},
                            {"mlflow",
                             {{"tracking_uri", "https://host:5000/path/"},
                              {"experiment_name", "cells"},
                              {"tags", {{"team", "x"}, {"round", 2}}},
                              {"log_model", "all"}}},
                            {"wandb", {{"version", "abc-1"}, {"project", "p"}, {"offline", true}}}},
                           problems);
  EXPECT_TRUE(problems.empty());
  ASSERT_TRUE(settings.tensorboard && settings.mlflow && settings.wandb);
  EXPECT_EQ(settings.tensorboard->sub_dir, "b/c");
  EXPECT_FALSE(settings.jsonl);
  EXPECT_EQ(settings.mlflow->tracking_uri, "https://host:5000/path");
  EXPECT_EQ(settings.mlflow->tags,
            (std::vector<std::pair<std::string, std::string>>{{"team", "x"}, {"round", "2"}}));
  EXPECT_EQ(settings.mlflow->log_model, ModelUpload::kAlways);
  EXPECT_EQ(settings.wandb->id, "abc-1");
  EXPECT_TRUE(settings.wandb->offline);
}

TEST_F(LoggerSettingsTest, TheEnvironmentStandsForWhatIsLeftOut) {
  const test::ScopedVariable uri("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000");
  const test::ScopedVariable project("WANDB_PROJECT", "from-environment");
  SettingsProblems problems;
  const LoggerSettings settings =
      read_logger_settings({{"mlflow", {{"experiment_name", "cells"}}}, {"wandb", true}}, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(settings.mlflow.value().tracking_uri, "http://127.0.0.1:5000");
  EXPECT_EQ(settings.wandb.value().project, "from-environment");
  EXPECT_EQ(read_logger_settings({{"wandb", {{"project", "p"}}}}, problems).wandb.value().project,
            "p");
}

TEST_F(LoggerSettingsTest, EachWrongValueIsNamedWithARemedy) {
  const auto mlflow = [](Value::Object members) {
    Value section = {{"experiment_name", "x"}, {"tracking_uri", "http://h"}};
    for (const auto& [key, value] : members) section[key_text(key)] = value;
    return Value{{"mlflow", section}};
  };
  const std::string prefix = "logger_args.";
  const struct {
    Value value;
    std::string key, remedy;
  } cases[] = {
      {{{"tensorboard", {{"log_graph", true}}}}, "tensorboard.log_graph", "not offered"},
      {{{"tensorboard", {{"name", "../out"}}}}, "tensorboard.name", "within the run folder"},
      {{{"tensorboard", {{"version", 3}}}}, "tensorboard.version", "text"},
      {{{"tensorboard", {{"foo", 1}}}}, "tensorboard.foo", "Unknown key"},
      {{{"jsonl", {{"foo", 1}}}}, "jsonl.foo", "Unknown key"},
      {{{"mlflow", 3}}, "mlflow", "a map or null"},
      {{{"mlflow", {{"experiment_name", "x"}}}}, "mlflow.tracking_uri", "mlflow server"},
      {{{"mlflow", {{"tracking_uri", "http://h"}}}}, "mlflow.experiment_name", "is needed"},
      {mlflow({{"tracking_uri", "file:///tmp/runs"}}), "mlflow.tracking_uri", "mlflow server"},
      {mlflow({{"tracking_uri", "http://"}}), "mlflow.tracking_uri", "http or https"},
      {mlflow({{"tracking_uri", "http://u:secret@h"}}),
       "mlflow.tracking_uri",
       "MLFLOW_TRACKING_USERNAME"},
      {mlflow({{"log_model", "some"}}), "mlflow.log_model", "true, false or"},
      {mlflow({{"tags", "x"}}), "mlflow.tags", "a map"},
      {mlflow({{"tags", Value{{"a", nullptr}}}}), "mlflow.tags.a", "text"},
      {mlflow({{"run_nam", "x"}}), "mlflow.run_nam", "run_name"},
      {mlflow({{"run_id", ""}}), "mlflow.run_id", "leave it out"},
      {{{"wandb", {{"offline", true}, {"log_model", true}}}}, "wandb.log_model", "offline: false"},
      {{{"wandb", {{"version", "a/b"}}}}, "wandb.version", "letters"},
      {{{"wandb", {{"anonymous", true}}}}, "wandb.anonymous", "your account"},
      {{{"wandb", {{"checkpoint_name", "../x"}}}}, "wandb.checkpoint_name", "letters"},
      {{{"wandb", {{"offline", "yes"}}}}, "wandb.offline", "a boolean"}};
  for (const auto& [value, key, remedy] : cases) {
    const std::vector<std::string> lines = problems_of(value);
    ASSERT_EQ(lines.size(), 1U) << key;
    EXPECT_NE(lines[0].find("'" + prefix + key + "'"), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find(remedy), std::string::npos) << lines[0];
    EXPECT_EQ(lines[0].find("secret"), std::string::npos) << lines[0];
  }
}

}  // namespace
}  // namespace saker
