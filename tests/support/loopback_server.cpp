#include "loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace saker::test {
namespace {

void send_all(int connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // the client has left
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

bool receive_more(int connection, std::string& text) {
  char buffer[4096];
  const ssize_t count = ::recv(connection, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  text.append(buffer, static_cast<std::size_t>(count));
  return true;
}

HttpRequest parse_head(const std::string& head) {
  HttpRequest request;
  std::istringstream lines(head);
  std::string line;
  std::getline(lines, line);
  std::istringstream(line) >> request.method >> request.path;
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t first = line.find_first_not_of(' ', colon + 1);
    const std::size_t last = line.find_last_not_of("\r ");
    if (first != std::string::npos && last >= first) {
      request.headers[name] = line.substr(first, last - first + 1);
    }
  }
  return request;
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("the loopback server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  ::close(listener_);
}

std::string LoopbackServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<HttpRequest> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void LoopbackServer::serve() {
  for (;;) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    answer(connection);
    ::shutdown(connection, SHUT_WR);
    std::string rest;
    while (receive_more(connection, rest)) {
    }
    ::close(connection);
  }
}

void LoopbackServer::answer(int connection) {
  std::string text;
  std::size_t end = std::string::npos;
  while ((end = text.find("\r\n\r\n")) == std::string::npos) {
    if (!receive_more(connection, text)) return;
  }
  HttpRequest request = parse_head(text.substr(0, end));
  request.body = text.substr(end + 4);
  const std::string length = request.header("content-length");
  while (!length.empty() && request.body.size() < std::stoul(length)) {
    if (!receive_more(connection, request.body)) return;
  }
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const HttpResponse response = handler_(request);
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Status\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  send_all(connection, head + "Connection: close\r\n\r\n");
  send_all(
      connection,
      std::string_view(response.body).substr(0, response.cut_after.value_or(response.body.size())));
}

HttpResponse serve_file(const HttpRequest& request,
                        const std::string& content,
                        const std::string& etag) {
  HttpResponse response;
  if (!etag.empty()) response.headers["ETag"] = etag;
  const std::string range = request.header("range");
  const std::string condition = request.header("if-range");
  if (range.empty() || (!condition.empty() && condition != etag)) {
    response.body = content;
    return response;
  }
  const std::size_t first = std::stoul(range.substr(range.find('=') + 1));
  const std::string size = std::to_string(content.size());
  if (first >= content.size()) {
    response.status = 416;
    response.headers["Content-Range"] = "bytes */" + size;
    return response;
  }
  response.status = 206;
  response.headers["Content-Range"] =
      "bytes " + std::to_string(first) + "-" + std::to_string(content.size() - 1) + "/" + size;
  response.body = content.substr(first);
  return response;
}

}  // namespace saker::test
