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
#include "settings_tree.hpp"

namespace saker {
namespace {

struct TrainOptions {
  std::string config;
  std::string out, model, data, checkpoint, precision, accelerator, devices;
  std::string steps, batch_size, accumulation, num_workers, seed;
  bool overwrite = false, resume = false;
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
  const std::string accelerator = options.accelerator.empty() ? "auto" : options.accelerator;
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
  // Flags speak YAML like overrides do, so that their types are checked in one place.
  const std::pair<const char*, const std::string*> texts[] = {{"out", &options.out},
                                                              {"model", &options.model},
                                                              {"data", &options.data},
                                                              {"checkpoint", &options.checkpoint},
                                                              {"precision", &options.precision},
                                                              {"accelerator", &options.accelerator},
                                                              {"devices", &options.devices}};
  for (const auto& [key, text] : texts) {
    if (!text->empty()) tree[key] = *text;
  }
  std::vector<std::string> numbers;
  const std::pair<const char*, const std::string*> counts[] = {
      {"steps", &options.steps},
      {"batch_size", &options.batch_size},
      {"gradient_accumulation_steps", &options.accumulation},
      {"num_workers", &options.num_workers},
      {"seed", &options.seed}};
  for (const auto& [key, text] : counts) {
    if (!text->empty()) numbers.push_back(fmt::format("{}={}", key, *text));
  }
  apply_overrides(tree, numbers);
  if (options.overwrite) tree["overwrite"] = true;
  if (options.resume) tree["resume_interrupted"] = true;
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
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = program.add_subcommand("train", "Train a detector on a YOLO or COCO data set");
  command->add_option(
      "--config", options->config, "YAML file of settings; flags and key=value pairs override it");
  command->add_option("--out", options->out, "Run folder: checkpoints, exported models, logs");
  command->add_option("--model",
                      options->model,
                      "Name (see `saker models`) or an exported or checkpoint file to go on from");
  command->add_option("--data", options->data, "YAML file of the data set");
  command->add_option("--steps", options->steps, "Optimizer steps (default: the model's)");
  command->add_option("--batch-size",
                      options->batch_size,
                      "Images a step, before accumulation (default: the model's)");
  command->add_option("--gradient-accumulation-steps",
                      options->accumulation,
                      "Batches added up for one step (default: to reach the model's batch)");
  command->add_option("--num-workers", options->num_workers, "Threads that load images");
  command->add_option(
      "--seed", options->seed, "Seed of weights, order and augmentation (default 0)");
  command->add_option(
      "--precision", options->precision, "32-true, bf16-mixed or 16-mixed (default: auto)");
  command->add_option("--accelerator", options->accelerator, "auto, cpu or gpu");
  command->add_option("--devices", options->devices, "How many devices, or which");
  command->add_option(
      "--checkpoint", options->checkpoint, "Start a new run from the weights of this file");
  command->add_flag("--overwrite", options->overwrite, "Write into a folder that is not empty");
  command->add_flag(
      "--resume-interrupted", options->resume, "Go on with the run in --out where it stopped");
  command->add_option("--replay",
                      options->replay,
                      "Run the step again that a training kept in its debug folder, and tell what "
                      "is not finite");
  command->add_option("settings",
                      options->overrides,
                      "key.sub=value pairs, e.g. transform_args.random_flip.horizontal_prob=0.5");
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
