// `saker settings`, and what else is made of the settings' schema: help, flags, pages of docs/.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "program.hpp"

namespace saker {
namespace {

std::string output_of(const std::vector<std::string>& arguments) {
  const test::ProgramResult result = test::run_program(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  return result.output;
}

std::string error_of(const std::vector<std::string>& arguments) {
  const test::ProgramResult result = test::run_program(arguments);
  EXPECT_EQ(result.exit_code, 2) << result.output;
  return result.errors;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SettingsCommand, PrintsALineForEachSetting) {
  const std::string all = output_of({"settings"});
  for (const char* word : {"batch_size",
                           "data.names",
                           "model_args.matcher_alpha",
                           "model_args.simota_iou_weight",
                           "transform_args.mosaic.prob"})
    EXPECT_TRUE(contains(all, word)) << word;
  const std::string some = output_of({"settings", "metric_args.map", "seed"});
  EXPECT_TRUE(contains(some, "metric_args.map.average"));
  EXPECT_TRUE(contains(some, "one of macro, micro"));
  EXPECT_TRUE(contains(some, "decides weights, order and augmentation"));
  EXPECT_FALSE(contains(some, "watch_metric"));
}

TEST(SettingsCommand, KnowsTheDefaultsOfAModel) {
  const auto lr = [](const char* model) {
    const auto entries =
        nlohmann::json::parse(output_of({"settings", "model_args.lr", "--model", model, "--json"}));
    EXPECT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].at("key"), "model_args.lr");
    EXPECT_EQ(entries[0].at("range"), "more than 0");
    return entries[0].at("default").get<double>();
  };
  EXPECT_EQ(lr("picodet/s-416"), 0.1);
  EXPECT_EQ(lr("dinov3/vitt16-ltdetr"), 5e-4);
  EXPECT_EQ(lr("dinov2/vits14-noreg-ltdetr"), 1e-4);
}

TEST(SettingsCommand, UnknownNamesAreHinted) {
  EXPECT_TRUE(contains(error_of({"settings", "bath_size"}), "did you mean 'batch_size'?"));
  EXPECT_TRUE(contains(error_of({"settings", "lr"}), "did you mean 'model_args.lr'?"));
  EXPECT_TRUE(contains(error_of({"settings", "--model", "picodet/s-461"}), "picodet/s-416"));
  EXPECT_TRUE(contains(error_of({"train", "--bath-size", "3"}), "did you mean '--batch-size'?"));
  EXPECT_TRUE(contains(error_of({"train",
                                 "--out",
                                 "o",
                                 "--model",
                                 "picodet/s-416",
                                 "--data",
                                 "data.yaml",
                                 "watch_metric=val_loss"}),
                       "did you mean 'metric_args.watch_metric'?"));
}

TEST(SettingsCommand, TrainHasAFlagForEveryArgument) {
  const std::string help = output_of({"train", "--help"});
  for (const auto& entry : nlohmann::json::parse(output_of({"settings", "--json"}))) {
    std::string name = entry.at("key");
    if (contains(name, ".")) continue;
    for (char& c : name) c = c == '_' ? '-' : c;
    EXPECT_TRUE(contains(help, "--" + name)) << name;
  }
  EXPECT_TRUE(contains(help, "at least 1"));
}

// docs/ holds what the program prints.
TEST(SettingsCommand, PagesOfTheDocumentationAreUpToDate) {
  for (const char* page : {"settings", "transform-defaults"}) {
    const std::string file = std::string(SAKER_SOURCE_DIR) + "/docs/" + page + ".md";
    EXPECT_EQ(read_text_file(file), output_of({"settings", "--page", page}))
        << "Make it again: build/release/bin/saker settings --page " << page << " > docs/" << page
        << ".md";
  }
}

}  // namespace
}  // namespace saker
