#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/train_args_reader.hpp"
#include "comma_list.hpp"
#include "data_commands.hpp"
#include "image/encode.hpp"
#include "saker/data_preview.hpp"
#include "setting_flags.hpp"
#include "settings_tree.hpp"

namespace saker {
namespace {

struct PreviewOptions {
  explicit PreviewOptions(CLI::App& command)
      : flags(command, {"model", "data", "checkpoint", "batch_size", "seed"}) {}

  SettingFlags flags;
  std::string config, steps, total_steps;
  std::string sheet = "preview.png";
  DataPreviewArgs args;
  std::vector<std::string> overrides;
};

TrainArgs train_args(const PreviewOptions& options) {
  Value tree = read_settings_file(options.config);
  options.flags.apply(tree);
  if (!options.total_steps.empty()) apply_overrides(tree, {"steps=" + options.total_steps});
  apply_overrides(tree, options.overrides);
  // A run needs a folder; a preview does not.
  if (tree.find("out") == nullptr) tree["out"] = "";
  SettingsProblems problems;
  TrainArgs args = train_args_from_value(tree, problems);
  problems.throw_if_any();
  return args;
}

void print_row(const DataPreviewRow& row, std::int64_t total_steps) {
  if (row.first_step < 0) {
    fmt::print("validation: {} images, {} boxes; no augmentation\n", row.images.size(), row.boxes);
    return;
  }
  const std::string steps = row.first_step == row.last_step
                                ? fmt::format("step {}", row.first_step)
                                : fmt::format("steps {} to {}", row.first_step, row.last_step);
  fmt::print(
      "{} of {}, epoch {}: {} images, {} boxes\n  {}\n",
      steps,
      total_steps,
      row.epoch,
      row.images.size(),
      row.boxes,
      row.active.empty() ? "no augmentation" : fmt::format("{}", fmt::join(row.active, "\n  ")));
}

int preview(const PreviewOptions& options) {
  DataPreviewArgs args = options.args;
  args.steps = comma_list_of_integers("--steps", options.steps);
  args.train = train_args(options);
  const DataPreview result = preview_data(args);
  write_image(options.sheet, result.sheet);
  for (const DataPreviewRow& row : result.rows) print_row(row, result.total_steps);
  fmt::print("{}\n", options.sheet);
  return 0;
}

}  // namespace

void add_data_preview(CLI::App& data, Action& action) {
  CLI::App* command = data.add_subcommand(
      "preview", "Draw what training will really see: images and boxes after augmentation");
  auto options = std::make_shared<PreviewOptions>(*command);
  command->add_option("--config",
                      options->config,
                      "YAML file of the run's settings; flags and key=value pairs override it");
  command->add_option("--step,--steps",
                      options->steps,
                      "Optimizer steps to show, from 0, such as 0,500,2900 (default: one of each "
                      "phase of the augmentation)");
  command->add_option(
      "--steps-total", options->total_steps, "Length of the run (default: the model's)");
  command->add_option("--count", options->args.count, "Images of each step (default 16)");
  command->add_option("--split", options->args.split, "train or val (default train)");
  command->add_option("--out", options->sheet, "PNG or JPEG file (default preview.png)");
  command->add_option("settings",
                      options->overrides,
                      "key.sub=value pairs of the run, e.g. transform_args.mosaic.prob=0.3");
  command->footer(
      "Examples:\n"
      "  saker data preview --data cells/data.yaml --model dinov3/vitt16-ltdetr --steps-total "
      "3000\n"
      "  saker data preview --data cells/data.yaml --model picodet/s-416 --step 100 "
      "transform_args.random_flip.vertical_prob=0.5\n"
      "Prints which transforms are active at each step, and the path of the sheet.");
  command->callback([options, &action] { action = [options] { return preview(*options); }; });
}

}  // namespace saker
