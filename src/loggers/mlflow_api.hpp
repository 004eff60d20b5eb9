// Calls of MLflow's REST interface, version 2.0, and what became of them.
// Source: MLflow's REST API documentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "loggers/http_client.hpp"

namespace saker {

enum class MlflowVerdict {
  kDone,
  kRefused,      // the server understood and will never take it
  kUnavailable,  // no answer, or one that another try may change
};

struct MlflowReply {
  MlflowVerdict verdict = MlflowVerdict::kUnavailable;
  nlohmann::json body = {};     // when done
  std::string error_code = {};  // the server's, e.g. RESOURCE_DOES_NOT_EXIST
  std::string problem = {};     // when not done
};

class MlflowApi {
 public:
  using ShouldStop = std::function<bool(std::uint64_t bytes_sent)>;

  // tracking_uri has no trailing slash.
  MlflowApi(std::string tracking_uri, HttpClientSettings settings, ShouldStop should_stop);

  // `call` is what follows /api/2.0/mlflow/, with its query.
  MlflowReply get(const std::string& call);
  MlflowReply post(const std::string& call, const nlohmann::ordered_json& body);
  // The URL of a path below a run's artifact_uri; nullopt when that lies in a store that the server
  // does not pass on to.
  std::optional<std::string> artifact_url(const std::string& artifact_uri,
                                          const std::string& path) const;
  MlflowReply put(const std::string& url,
                  const std::string& content_type,
                  std::span<const std::byte> bytes);
  MlflowReply put_file(const std::string& url, const std::filesystem::path& file);

  const std::string& tracking_uri() const { return tracking_uri_; }

 private:
  MlflowReply send(const HttpCall& call, bool wants_json);

  std::string tracking_uri_;
  HttpClient client_;
  ShouldStop should_stop_;
};

// Authentication and certificates from the environment, as MLflow documents:
// MLFLOW_TRACKING_USERNAME and _PASSWORD, or MLFLOW_TRACKING_TOKEN; MLFLOW_TRACKING_INSECURE_TLS,
// MLFLOW_TRACKING_SERVER_CERT_PATH.
HttpClientSettings mlflow_client_settings();

// The text at a path such as "/run/info/run_id"; empty when it is absent or no text.
std::string text_at(const nlohmann::json& json, const char* path);

}  // namespace saker
