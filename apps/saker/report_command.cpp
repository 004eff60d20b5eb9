#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "saker/run_report.hpp"

namespace saker {

void add_report_command(CLI::App& program, Action& action) {
  auto args = std::make_shared<RunReportArgs>();
  CLI::App* command = program.add_subcommand(
      "report", "Write a page about a run: curves, classes, samples, settings, machine");
  command->add_option("RUN", args->run, "Folder that a training wrote to")->required();
  command->add_option("--out", args->out, "HTML file (default RUN/report.html)");
  command->footer("Example:\n  saker report out/cells");
  command->callback([args, &action] {
    action = [args] {
      fmt::print("{}\n", write_run_report(*args));
      return 0;
    };
  });
}

}  // namespace saker
