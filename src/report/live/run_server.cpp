#include "report/live/run_server.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "report/html.hpp"
#include "report/live/live_page.hpp"
#include "report/live/run_folder_state.hpp"
#include "report/run_page.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr int kMethodNotAllowed = 405;

// A page of another site that resolves its name to this machine must not read the run.
bool names_this_machine(const httplib::Request& request) {
  const std::string host = request.get_header_value("Host");
  const std::string name = host.substr(0, host.rfind(':'));
  return name == kHost || name == "localhost";
}

}  // namespace

class RunServer::State {
 public:
  State(std::filesystem::path run, const RunServerArgs& args)
      : folder_(std::move(run)), args_(args) {
    refresh();
    // The library's own options let a second server share a port, of whom one gets no requests.
    server_.set_socket_options([](const socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.set_pre_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          if (!names_this_machine(request)) {
            response.status = 403;
            return httplib::Server::HandlerResponse::Handled;
          }
          if (request.method == "GET" || request.method == "HEAD")
            return httplib::Server::HandlerResponse::Unhandled;
          response.status = kMethodNotAllowed;
          response.set_header("Allow", "GET, HEAD");
          return httplib::Server::HandlerResponse::Handled;
        });
    server_.Get("/", [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response, [&](const Content& content) {
        return live_page(content.title, content.body, content.tag, args_.refresh_seconds);
      });
    });
    server_.Get("/body", [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response, [](const Content& content) { return content.body; });
    });
    const bool is_bound = args_.port == 0 ? (args_.port = server_.bind_to_any_port(kHost)) > 0
                                          : server_.bind_to_port(kHost, args_.port);
    if (!is_bound) {
      throw Error(ErrorKind::kIo,
                  fmt::format("port {} of {} cannot be opened; is another `saker watch` running? "
                              "Choose one with --port, 0 for any that is free",
                              args_.port,
                              kHost));
    }
  }

  std::string address() const { return fmt::format("http://{}:{}/", kHost, args_.port); }
  void run() { server_.listen_after_bind(); }
  void stop() { server_.stop(); }

 private:
  struct Content {
    std::string title, body, tag;
  };

  template <typename Text>
  void answer(const httplib::Request& request, httplib::Response& response, const Text& text) {
    Content content;
    try {
      content = refresh();
    } catch (const Error& error) {
      response.status = 503;
      response.set_content(error.what(), "text/plain; charset=utf-8");
      return;
    }
    response.set_header("Cache-Control", "no-cache");
    response.set_header("ETag", content.tag);
    response.set_header("X-Content-Type-Options", "nosniff");
    if (request.get_header_value("If-None-Match") == content.tag) {
      response.status = 304;
      return;
    }
    response.set_content(text(content), "text/html; charset=utf-8");
  }

  // Reads the run again if its files are others than the last time.
  Content refresh() {
    const std::scoped_lock lock(mutex_);
    std::string files = run_folder_state(folder_);
    if (content_.tag.empty() || files != files_) {
      const RunRecord record = read_run(folder_);
      content_ = {.title = record.folder.filename().string(),
                  .body = run_page_body(record),
                  .tag = fmt::format("\"{}\"", ++version_)};
      files_ = std::move(files);
    }
    return content_;
  }

  std::filesystem::path folder_;
  RunServerArgs args_;
  httplib::Server server_;

  std::mutex mutex_;
  std::string files_;
  Content content_;
  std::uint64_t version_ = 0;
};

RunServer::RunServer(std::filesystem::path run, const RunServerArgs& args)
    : state_(std::make_unique<State>(std::move(run), args)) {}
RunServer::~RunServer() = default;
std::string RunServer::address() const { return state_->address(); }
void RunServer::run() { state_->run(); }
void RunServer::stop() { state_->stop(); }

}  // namespace saker
