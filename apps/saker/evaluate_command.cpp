#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "core/atomic_file.hpp"
#include "saker/evaluate.hpp"
#include "saker/value.hpp"
#include "warnings.hpp"

namespace saker {
namespace {

constexpr std::int64_t kWorstImages = 12;

struct EvaluateOptions {
  EvaluateArgs args;
  std::string data;
  std::string json;
  std::string html;
  std::int64_t num_workers = -1;
};

std::vector<std::pair<const char*, double>> numbers(const EvaluationReport& report) {
  return {{"map", report.map},
          {"map_50", report.map_50},
          {"map_75", report.map_75},
          {"map_small", report.map_small},
          {"map_medium", report.map_medium},
          {"map_large", report.map_large},
          {"mar_1", report.mar_1},
          {"mar_10", report.mar_10},
          {"mar_100", report.mar_100},
          {"mar_small", report.mar_small},
          {"mar_medium", report.mar_medium},
          {"mar_large", report.mar_large}};
}

Value to_value(const EvaluationReport& report) {
  Value value;
  for (const auto& [name, number] : numbers(report)) value[name] = number;
  Value::Object per_class;
  for (const auto& [name, ap] : report.per_class) per_class.emplace_back(name, ap);
  value["per_class"] = per_class;
  value["images"] = report.images;
  return value;
}

void print_table(const EvaluationReport& report) {
  fmt::print("{} images\n\n", report.images);
  for (const auto& [name, number] : numbers(report)) fmt::print("{:<12} {:>8.4f}\n", name, number);
  fmt::print("\n{:<24} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>9}\n",
             "class",
             "AP",
             "AP50",
             "AR100",
             "boxes",
             "best F1",
             "precision",
             "recall",
             "threshold");
  const auto print_best = [](const std::optional<OperatingPoint>& best) {
    if (best) {
      fmt::print(" {:>8.4f} {:>9.4f} {:>8.4f} {:>9.4f}",
                 best->f1,
                 best->precision,
                 best->recall,
                 best->score);
    }
    fmt::print("\n");
  };
  std::int64_t truths = 0;
  for (const ClassEvaluation& of_class : report.classes) {
    truths += of_class.truths;
    fmt::print("{:<24} {:>8.4f} {:>8.4f} {:>8.4f} {:>8}",
               of_class.name,
               of_class.ap,
               of_class.ap_50,
               of_class.recall,
               of_class.truths);
    print_best(of_class.best);
  }
  fmt::print("{:<24} {:>8.4f} {:>8.4f} {:>8.4f} {:>8}",
             "all",
             report.map,
             report.map_50,
             report.mar_100,
             truths);
  print_best(report.best);
}

int run(EvaluateOptions& options) {
  options.args.data.path = options.data;
  if (options.num_workers >= 0) options.args.num_workers = options.num_workers;
  if (!options.html.empty()) options.args.worst_images = kWorstImages;
  const EvaluationReport report = evaluate(options.args);
  print_warnings(report.warnings);
  print_table(report);
  if (!options.json.empty())
    write_file_atomically(options.json, to_value(report).to_json(2) + "\n");
  if (!options.html.empty()) {
    write_evaluation_page(
        report,
        fmt::format("{} on {} ({})", options.args.model, options.data, options.args.split),
        options.html);
  }
  return 0;
}

}  // namespace

void add_evaluate_command(CLI::App& program, Action& action) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = program.add_subcommand(
      "evaluate", "Measure a model on labelled images: the twelve COCO numbers and AP per class");
  command->add_option("--model", options->args.model, "Exported or checkpoint file")->required();
  command->add_option("--data", options->data, "YAML file of the data set")->required();
  command->add_option("--split", options->args.split, "train, val or test (default val)")
      ->check(CLI::IsMember({"train", "val", "test"}));
  command->add_option("--batch-size", options->args.batch_size, "Images at a time (default 8)")
      ->check(CLI::PositiveNumber);
  command->add_option("--num-workers", options->num_workers, "Threads that load images")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--json", options->json, "Write the numbers to this file");
  command->add_option(
      "--html",
      options->html,
      "Write a page with curves, classes, confusions and the worst images to this file");
  command->footer(
      "Example:\n  saker evaluate --model out/cells/exported_models/exported_best.pt --data "
      "cells/data.yaml --json metrics.json --html evaluation.html");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace saker
