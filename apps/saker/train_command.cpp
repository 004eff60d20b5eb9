#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "api/train_args_reader.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "saker/error.hpp"
#include "saker/train.hpp"
#include "setting_flags.hpp"
#include "settings_tree.hpp"

namespace saker {
namespace {

struct TrainOptions {
  explicit TrainOptions(CLI::App& command) : flags(command) {}

  SettingFlags flags;
  std::string config;
  std::vector<std::string> overrides;
  std::string replay;
};

void print_names(const char* what, const std::vector<std::string>& names) {
  if (names.empty()) {
    std::printf("%s: all finite\n", what);
    return;
  }
  std::printf("%s that are not finite:\n", what);
  for (const std::string& name : names) std::printf("  %s\n", name.c_str());
}

int replay(const TrainOptions& options) {
  const std::string& given = options.flags.text("accelerator");
  const std::string accelerator = given.empty() ? "auto" : given;
  const ReplayReport report =
      replay_training_step({.capture = options.replay, .accelerator = accelerator});
  std::printf("Step %lld of %s in %s, stopped because %s was not finite\n",
              static_cast<long long>(report.step) + 1,
              report.model.c_str(),
              report.precision.c_str(),
              report.reason.c_str());
  for (const std::string& image : report.images) std::printf("  %s\n", image.c_str());
  for (const ReplayReport::Term& term : report.terms)
    std::printf("%-28s %14.6g before, %14.6g now\n", term.name.c_str(), term.before, term.now);
  print_names("Weights", report.weights);
  print_names("Terms of the loss", report.bad_terms);
  print_names("Gradients", report.gradients);
  return 0;
}

int train(const TrainOptions& options) {
  Value tree = read_settings_file(options.config);
  options.flags.apply(tree);
  apply_overrides(tree, options.overrides);

  SettingsProblems problems;
  const TrainArgs args = train_args_from_value(tree, problems);
  problems.throw_if_any();

  const InterruptGuard interrupts;
  const TrainResult result = train_object_detection(args);
  if (!result.exported_best.empty()) std::printf("%s\n", result.exported_best.c_str());
  return 0;
}

}  // namespace

void add_train_command(CLI::App& program, Action& action) {
  CLI::App* command =
      program.add_subcommand("train", "Train a detector on a YOLO or COCO data set");
  auto options = std::make_shared<TrainOptions>(*command);
  command->add_option(
      "--config", options->config, "YAML file of settings; flags and key=value pairs override it");
  command->add_option("--replay",
                      options->replay,
                      "Run the step again that a training kept in its debug folder, and tell what "
                      "is not finite");
  command->add_option(
      "settings",
      options->overrides,
      "key.sub=value pairs, e.g. transform_args.random_flip.horizontal_prob=0.5; `saker "
      "settings` lists all keys");
  command->footer(
      "Example:\n"
      "  saker train --out out/cells --model picodet/s-416 --data cells/data.yaml --steps 3000 "
      "batch_size=16\n"
      "Prints the path of the best exported model. Ctrl-C saves and exits with 130; "
      "--resume-interrupted goes on from there.");
  command->callback([options, &action] {
    action = [options] { return options->replay.empty() ? train(*options) : replay(*options); };
  });
}

}  // namespace saker
