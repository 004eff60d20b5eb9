// An MLflow server of a test: takes everything, remembers it, and may be made to fail.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "loopback_server.hpp"

namespace saker::test {

// `status` 0: an answer as MLflow's.
struct StubRule {
  std::string path_part;  // of the requests that it holds for
  int status = 503;
  std::string body = {};
  int times = -1;  // -1: always
};

class MlflowStub {
 public:
  MlflowStub() : server_([this](const HttpRequest& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }
  void add_rule(StubRule rule) {
    const std::lock_guard lock(mutex_);
    rules_.push_back(std::move(rule));
  }
  void clear_rules() {
    const std::lock_guard lock(mutex_);
    rules_.clear();
  }
  std::vector<HttpRequest> requests() const { return server_.requests(); }
  // Those whose target holds the text.
  std::vector<HttpRequest> requests(const std::string& part) const {
    std::vector<HttpRequest> found;
    for (HttpRequest& request : server_.requests()) {
      if (request.path.find(part) != std::string::npos) found.push_back(std::move(request));
    }
    return found;
  }
  // Keys and steps of all metrics that came.
  std::vector<std::pair<std::string, std::int64_t>> metrics() const {
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (const HttpRequest& request : requests("runs/log-batch")) {
      const auto body = nlohmann::json::parse(request.body);
      if (!body.contains("metrics")) continue;
      for (const auto& metric : body.at("metrics"))
        all.emplace_back(metric.at("key").get<std::string>(),
                         metric.at("step").get<std::int64_t>());
    }
    return all;
  }
  // The status that the run ended with; empty while it is open.
  std::string ended_as() const {
    for (const HttpRequest& request : requests("runs/update")) {
      const auto body = nlohmann::json::parse(request.body);
      if (body.contains("end_time")) return body.at("status").get<std::string>();
    }
    return {};
  }

  // What runs/search finds.
  void set_found(const std::string& json) {
    const std::lock_guard lock(mutex_);
    found_ = json;
  }

 private:
  HttpResponse answer(const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    for (StubRule& rule : rules_) {
      if (rule.times == 0 || request.path.find(rule.path_part) == std::string::npos) continue;
      if (rule.times > 0) --rule.times;
      return {.status = rule.status, .body = rule.body};
    }
    const auto is = [&](const char* part) { return request.path.find(part) != std::string::npos; };
    if (is("experiments/get-by-name"))
      return {.status = 404,
              .body = R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"})"};
    if (is("experiments/create")) return {.body = R"({"experiment_id": "7"})"};
    if (is("runs/search")) return {.body = found_};
    if (is("runs/create") || is("runs/get"))
      return {.body = R"({"run": {"info": {"run_id": "abc", "experiment_id": "7",
                          "artifact_uri": "mlflow-artifacts:/7/abc/artifacts"}}})"};
    return {.body = "{}"};
  }

  std::mutex mutex_;
  std::vector<StubRule> rules_;
  std::string found_ = "{}";
  LoopbackServer server_;  // last: its thread uses the rest
};

}  // namespace saker::test
