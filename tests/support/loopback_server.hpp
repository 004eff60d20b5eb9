// An HTTP server for one test, on a port that the system chooses.
//
//   LoopbackServer server([](const HttpRequest&) { return HttpResponse{.body = "hello"}; });
//   get(server.url() + "/file");
//   EXPECT_EQ(server.requests().at(0).path, "/file");
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace saker::test {

struct HttpRequest {
  std::string method, path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Empty when absent.
  std::string header(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::map<std::string, std::string> headers = {};  // Content-Length is added
  std::string body = {};
  std::optional<std::size_t> cut_after = {};  // the connection breaks after so many bytes of body
};

// Answers one connection after another, each with one request, on 127.0.0.1.
class LoopbackServer {
 public:
  // The handler runs on the server's thread.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  explicit LoopbackServer(Handler handler);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  std::string url() const;  // "http://127.0.0.1:PORT"
  std::vector<HttpRequest> requests() const;

 private:
  void serve();
  void answer(int connection);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

// A file as a good server gives it: the whole, or what "Range: bytes=N-" asks for when If-Range
// names this version. Pass etag "" for a server that says nothing of versions.
HttpResponse serve_file(const HttpRequest& request,
                        const std::string& content,
                        const std::string& etag);

}  // namespace saker::test
