// The program `saker`: parses the command line, calls the library, prints.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "core/nearest_name.hpp"
#include "saker/error.hpp"
#include "saker/version.hpp"

namespace {

constexpr int kUsageExit = 2;

void print_error(const std::string& message) {
  std::fprintf(stderr, "saker: error: %s\n", message.c_str());
}

// The name that the user most likely meant, as the end of a message; empty when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::vector<std::string> nearest = saker::nearest_names(word, names);
  return nearest.empty() ? "" : "; did you mean '" + nearest[0] + "'?";
}

// For the first option that the command does not have.
std::string hint_for_option(const CLI::App& command, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (int i = 2; i < argc; ++i) {
    const std::string_view word(argv[i]);
    const std::string name(word.substr(0, word.find('=')));
    if (name.starts_with("--") && std::find(names.begin(), names.end(), name) == names.end())
      return did_you_mean(name, names);
  }
  return {};
}

// CLI11 reports an unknown word; the nearest command or option is what the user most likely meant.
int report_usage(const CLI::App& program, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
    return program.exit(error);
  std::string hint;
  const auto chosen = program.get_subcommands();
  if (!chosen.empty()) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError))
      hint = hint_for_option(*chosen[0], argc, argv);
  } else if (argc > 1 && argv[1][0] != '-') {
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands({}))
      names.push_back(command->get_name());
    hint = did_you_mean(argv[1], names);
  }
  const std::string command = chosen.empty() ? "saker" : "saker " + chosen[0]->get_name();
  print_error(std::string(error.what()) + hint);
  std::fprintf(stderr, "See %s --help.\n", command.c_str());
  return kUsageExit;
}

}  // namespace

int main(int argc, char** argv) {
  // A file that grows beyond the process's limit shall fail the write, with a message, like a full
  // disk.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App program("Trains, evaluates and runs object detectors.", "saker");
  program.set_version_flag("--version", saker::kVersion);
  program.require_subcommand(1);
  program.option_defaults()->always_capture_default(false);
  saker::Action action;
  saker::add_train_command(program, action);
  saker::add_evaluate_command(program, action);
  saker::add_predict_command(program, action);
  saker::add_settings_command(program, action);
  saker::add_models_command(program, action);
  saker::add_convert_command(program, action);
  saker::add_data_command(program, action);
  saker::add_report_command(program, action);
  saker::add_watch_command(program, action);
  saker::add_demo_command(program, action);
  try {
    program.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    return report_usage(program, error, argc, argv);
  } catch (const saker::Error& error) {
    print_error(error.what());
    return saker::exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    print_error("out of memory; use a smaller batch_size, smaller images or fewer num_workers");
    return 1;
  } catch (const std::exception& error) {
    print_error(std::string("unexpected failure: ") + error.what());
    return 1;
  }
}
