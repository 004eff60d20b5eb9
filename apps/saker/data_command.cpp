#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "data/synth/dataset.hpp"
#include "data_commands.hpp"

namespace saker {
namespace {

void add_synth(CLI::App& data, Action& action) {
  auto settings = std::make_shared<SyntheticDatasetSettings>();
  auto out = std::make_shared<std::string>();
  CLI::App* command =
      data.add_subcommand("synth", "Make a YOLO data set of drawn scenes from a seed");
  command->add_option("--out", *out, "Folder of the data set")->required();
  command->add_option("--train", settings->train_images, "Training images (default 240)")
      ->check(CLI::PositiveNumber);
  command->add_option("--val", settings->val_images, "Validation images (default 60)")
      ->check(CLI::PositiveNumber);
  command->add_option("--test", settings->test_images, "Test images (default 24)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--width", settings->image_width, "Pixels (default 320)")
      ->check(CLI::PositiveNumber);
  command->add_option("--height", settings->image_height, "Pixels (default 240)")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", settings->seed, "The same seed makes the same files (default 0)");
  command->add_flag("--overwrite", settings->overwrite, "Write into a folder that is not empty");
  command->footer(
      "Example:\n  saker data synth --out scenes --train 500 --val 100\nPrints the path of the "
      "data set's YAML file.");
  command->callback([settings, out, &action] {
    action = [settings, out] {
      settings->out = *out;
      fmt::print("{}\n", write_synthetic_dataset(*settings).data_yaml.string());
      return 0;
    };
  });
}

}  // namespace

void add_data_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("data", "Check, show, convert and make data sets");
  command->require_subcommand(1);
  add_data_check(*command, action);
  add_data_preview(*command, action);
  add_data_convert(*command, action);
  add_synth(*command, action);
}

}  // namespace saker
