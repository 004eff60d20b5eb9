// Small HTTP requests, and uploads of files, one at a time over a connection that is kept.
//
//   HttpClient client({.bearer_token = "..."});
//   HttpAnswer answer = client.send({.method = "GET", .url = "http://127.0.0.1:5000/version"});
//   if (answer.status == 200) use(answer.body);
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace saker {

struct HttpCall {
  std::string method;  // GET, POST or PUT
  std::string url;     // http or https; redirects are not followed
  std::string content_type = {};
  std::span<const std::byte> body = {};  // must live until send returns
  std::filesystem::path file = {};       // sent in place of body unless empty
};

struct HttpAnswer {
  long status = 0;           // 0 when none came
  std::string body = {};     // at most 16 MiB
  std::string problem = {};  // with status 0: what the network did
};

struct HttpClientSettings {
  std::string user = {}, password = {};  // basic authentication unless empty
  std::string bearer_token = {};         // used when there is no user
  bool verify_certificate = true;
  std::string certificate_file = {};  // trusted in place of the system's; empty: the system's
  std::chrono::seconds stall{30};  // longest time without a byte, the wait for an answer included
};

class HttpClient {
 public:
  // Throws Error (internal) when libcurl cannot be started.
  explicit HttpClient(HttpClientSettings settings);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  // `should_stop` is asked several times a second, with the bytes sent so far; when it says so, the
  // answer has status 0. A file that cannot be read is a problem, too.
  HttpAnswer send(const HttpCall& call, const std::function<bool(std::uint64_t)>& should_stop);

 private:
  struct Handle;
  HttpClientSettings settings_;
  std::unique_ptr<Handle> handle_;
};

// Text with every byte but letters, digits and "-._~+/" as %XX.
std::string url_path(std::string_view text);
// The same with '+' and '/' encoded too: for values of a query.
std::string url_query_value(std::string_view text);

}  // namespace saker
