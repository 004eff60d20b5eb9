#include "loggers/mlflow_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/environment.hpp"

namespace saker {
namespace {

constexpr std::string_view kArtifactScheme = "mlflow-artifacts:";
constexpr std::size_t kQuoted = 300;  // characters of a server's text in a message

// The answers that another try may change: a server that starts, is overloaded or sits behind
// something that does not know it at the moment, and credentials that are being renewed.
bool may_pass(long status, const std::string& error_code) {
  if (status == 404) return error_code.empty();  // not MLflow's own "not found"
  return status < 400 || status >= 500 || status == 401 || status == 403 || status == 408 ||
         status == 425 || status == 429;
}

}  // namespace

MlflowApi::MlflowApi(std::string tracking_uri, HttpClientSettings settings, ShouldStop should_stop)
    : tracking_uri_(std::move(tracking_uri)),
      client_(std::move(settings)),
      should_stop_(std::move(should_stop)) {}

MlflowReply MlflowApi::get(const std::string& call) {
  return send({.method = "GET", .url = tracking_uri_ + "/api/2.0/mlflow/" + call}, true);
}

MlflowReply MlflowApi::post(const std::string& call, const nlohmann::ordered_json& body) {
  const std::string text =
      body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return send({.method = "POST",
               .url = tracking_uri_ + "/api/2.0/mlflow/" + call,
               .content_type = "application/json",
               .body = std::as_bytes(std::span(text))},
              true);
}

MlflowReply MlflowApi::put(const std::string& url,
                           const std::string& content_type,
                           std::span<const std::byte> bytes) {
  return send({.method = "PUT", .url = url, .content_type = content_type, .body = bytes}, false);
}

MlflowReply MlflowApi::put_file(const std::string& url, const std::filesystem::path& file) {
  return send(
      {.method = "PUT", .url = url, .content_type = "application/octet-stream", .file = file},
      false);
}

std::optional<std::string> MlflowApi::artifact_url(const std::string& artifact_uri,
                                                   const std::string& path) const {
  std::string_view rest = artifact_uri;
  if (!rest.starts_with(kArtifactScheme)) return std::nullopt;
  rest.remove_prefix(kArtifactScheme.size());
  if (rest.starts_with("//")) {
    // The same server, named in full.
    rest.remove_prefix(2);
    std::string_view own = tracking_uri_;
    own.remove_prefix(own.find("://") + 3);
    if (rest.substr(0, rest.find('/')) != own.substr(0, own.find('/'))) return std::nullopt;
    rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  }
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return fmt::format(
      "{}/api/2.0/mlflow-artifacts/artifacts/{}/{}", tracking_uri_, url_path(rest), url_path(path));
}

MlflowReply MlflowApi::send(const HttpCall& call, bool wants_json) {
  const HttpAnswer answer = client_.send(call, should_stop_);
  if (answer.status == 0) return {.problem = answer.problem};
  nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  if (answer.status >= 200 && answer.status < 300) {
    if (wants_json && !body.is_object())
      return {.problem = "the answer is not that of an MLflow server"};
    return {.verdict = MlflowVerdict::kDone, .body = std::move(body)};
  }
  MlflowReply reply;
  reply.error_code = text_at(body, "/error_code");
  reply.problem = fmt::format("the server answered {}", answer.status);
  if (const std::string text = text_at(body, "/message"); !text.empty())
    reply.problem += ": " + text.substr(0, kQuoted);
  if (!may_pass(answer.status, reply.error_code)) reply.verdict = MlflowVerdict::kRefused;
  return reply;
}

HttpClientSettings mlflow_client_settings() {
  const std::string insecure = environment("MLFLOW_TRACKING_INSECURE_TLS").value_or("");
  return {.user = environment("MLFLOW_TRACKING_USERNAME").value_or(""),
          .password = environment("MLFLOW_TRACKING_PASSWORD").value_or(""),
          .bearer_token = environment("MLFLOW_TRACKING_TOKEN").value_or(""),
          .verify_certificate = insecure != "true" && insecure != "1",
          .certificate_file = environment("MLFLOW_TRACKING_SERVER_CERT_PATH").value_or("")};
}

std::string text_at(const nlohmann::json& json, const char* path) {
  const nlohmann::json::json_pointer pointer(path);
  if (!json.is_object() || !json.contains(pointer)) return {};
  const nlohmann::json& value = json.at(pointer);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace saker
