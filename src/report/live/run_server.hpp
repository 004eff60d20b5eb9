// The page of a run over HTTP on this machine alone, live while the run goes on.
//
//   RunServer server("out/cells", {.port = 0});
//   fmt::print("{}\n", server.address());
//   server.run();       // until stop(), from any thread
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace saker {

struct RunServerArgs {
  int port = 6060;             // 0: any that is free
  double refresh_seconds = 3;  // how often a page that is open asks for news
};

// Answers GET and HEAD of "/" (the page) and "/body" (its part that changes) and nothing else;
// reads the run folder only when its files have changed. Nobody but programs of this machine
// reaches it.
class RunServer {
 public:
  // Throws Error: what read_run throws, and io when the port is taken.
  RunServer(std::filesystem::path run, const RunServerArgs& args);
  RunServer(const RunServer&) = delete;
  RunServer& operator=(const RunServer&) = delete;
  ~RunServer();

  // "http://127.0.0.1:6060/"
  std::string address() const;
  void run();
  void stop();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace saker
