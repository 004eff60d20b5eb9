#include "loggers/mlflow_values.hpp"

#include <gtest/gtest.h>

#include <map>
#include <regex>

namespace saker {
namespace {

TEST(MlflowValues, KeysKeepWhatMlflowTakes) {
  EXPECT_EQ(mlflow_key("val_metric_classwise/map_red cell (old) №3"),
            "val_metric_classwise/map_red cell old 3");
  EXPECT_EQ(mlflow_key("a_b/c.d-e"), "a_b/c.d-e");
}

TEST(MlflowValues, TextIsCutBetweenCharacters) {
  EXPECT_EQ(cut_text("äöü", 2), "äö");
  EXPECT_EQ(cut_text("ab", 2), "ab");
  EXPECT_EQ(cut_text("", 2), "");
}

TEST(MlflowValues, ParametersReadAsPythonWritesThem) {
  const Value settings = {{"steps", 300},
                          {"lr", 4e-05},
                          {"weight", 1.0},
                          {"classwise", true},
                          {"test", nullptr},
                          {"image_size", {416, 416}},
                          {"losses", Value::Array{"vfl", "boxes"}},
                          {"overwrite", false},
                          {"resume_interrupted", true},
                          {"long", std::string(300, 'x')},
                          {"logger_args", {{"mlflow", {{"run_id", "a"}, {"prefix", ""}}}}}};
  std::map<std::string, std::string> parameters;
  for (const MlflowParameter& parameter : mlflow_parameters(settings))
    parameters[parameter.key] = parameter.value;
  EXPECT_EQ(parameters,
            (std::map<std::string, std::string>{{"steps", "300"},
                                                {"lr", "4e-05"},
                                                {"weight", "1.0"},
                                                {"classwise", "True"},
                                                {"test", "None"},
                                                {"image_size", "[416, 416]"},
                                                {"losses", "['vfl', 'boxes']"},
                                                {"resume_interrupted", "True"},
                                                {"long", std::string(250, 'x')},
                                                {"logger_args/mlflow/prefix", ""}}));
}

TEST(MlflowValues, FiltersQuoteWithTheOtherQuote) {
  EXPECT_EQ(mlflow_quoted("run 1"), "'run 1'");
  EXPECT_EQ(mlflow_quoted("Ann's"), "\"Ann's\"");
  EXPECT_EQ(mlflow_quoted("Ann's \"run\""), std::nullopt);
}

TEST(MlflowValues, PicturesAreNamedByTagStepAndTime) {
  EXPECT_EQ(mlflow_image_name("val_images/labels_0", 3, 17, "u"),
            "images/val_images~labels_0+step+3+timestamp+17+u");
  const std::string uuid = random_uuid();
  EXPECT_TRUE(std::regex_match(
      uuid, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
      << uuid;
  EXPECT_NE(uuid, random_uuid());
}

}  // namespace
}  // namespace saker
