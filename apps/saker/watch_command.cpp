#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "commands.hpp"
#include "report/live/run_server.hpp"

namespace saker {
namespace {

struct WatchOptions {
  std::string run;
  RunServerArgs server;
};

// Blocks SIGINT and SIGTERM, in this thread and those that it starts.
sigset_t block_ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int watch(const WatchOptions& options) {
  const sigset_t signals = block_ending_signals();
  RunServer server(options.run, options.server);
  fmt::print("{}\n", server.address());
  std::fflush(stdout);
  fmt::print(stderr, "The page follows the run; Ctrl-C ends it, not the training.\n");
  std::thread serving([&] { server.run(); });
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop();
  serving.join();
  return 0;
}

}  // namespace

void add_watch_command(CLI::App& program, Action& action) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = program.add_subcommand(
      "watch", "Serve the page of a run on this machine, live while it trains");
  command->add_option("RUN", options->run, "Folder that a training writes to")->required();
  command->add_option("--port", options->server.port, "Port (default 6060); 0: any that is free")
      ->check(CLI::Range(0, 65535));
  command->footer("Example:\n  saker watch out/cells");
  command->callback([options, &action] { action = [options] { return watch(*options); }; });
}

}  // namespace saker
