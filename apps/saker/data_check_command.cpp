#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "comma_list.hpp"
#include "core/atomic_file.hpp"
#include "data_commands.hpp"
#include "image_progress.hpp"
#include "saker/data_check.hpp"

namespace saker {
namespace {

struct CheckOptions {
  DataCheckArgs args;
  std::string splits, json, html;
  std::int64_t examples = 5;
};

int check(const CheckOptions& options) {
  DataCheckArgs args = options.args;
  args.splits = comma_list(options.splits);
  args.progress = ImageProgress();
  const DataCheckReport report = check_data(args);
  if (!options.json.empty())
    write_file_atomically(options.json, to_value(report).to_json(2) + "\n");
  if (!options.html.empty()) write_data_check_page(options.html, report);
  const std::string text = to_text(report, options.examples);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return report.training_would_stop() ? 1 : 0;
}

}  // namespace

void add_data_check(CLI::App& data, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = data.add_subcommand(
      "check",
      "Find everything that is wrong with a data set, and say what training does about it");
  command
      ->add_option("data",
                   options->args.data.path,
                   "YAML file of the data set, or a folder with a data.yaml")
      ->required();
  command->add_option(
      "--split", options->splits, "Such as train,val (default: all that the file names)");
  command->add_option("--json", options->json, "Write every finding to this file");
  command->add_option(
      "--html", options->html, "Write a page with pictures to this file; it needs no network");
  command
      ->add_option(
          "--threads", options->args.threads, "That read images (default: one a processor)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--examples", options->examples, "Findings of a kind in the text (default 5)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag(
      "--quick", options->args.quick, "Check labels and listings without reading images");
  command->footer(
      "Examples:\n"
      "  saker data check cells/data.yaml\n"
      "  saker data check cells/data.yaml --html check.html --json check.json\n"
      "Exits with 1 when training would stop, with 0 otherwise.");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace saker
