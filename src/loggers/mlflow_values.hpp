// What MLflow takes as keys and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "saker/value.hpp"

namespace saker {

// Characters other than A-Z, a-z, 0-9 and "_/. -" are left out.
std::string mlflow_key(std::string_view key);

// At most `length` characters (not bytes) of UTF-8 text.
std::string cut_text(std::string_view text, std::size_t length);

// A setting as its text: None, True, 0.1, [416, 416].
std::string parameter_text(const Value& value);

struct MlflowParameter {
  std::string key, value;
};

// The resolved settings with paths "a/b/c" and values cut to 250 characters. resume_interrupted and
// overwrite are there only when true; logger_args/mlflow/run_id never is.
std::vector<MlflowParameter> mlflow_parameters(const Value& settings);

// A text for a search filter, in quotes; nullopt when it holds both kinds of quotes, which a filter
// cannot say.
std::optional<std::string> mlflow_quoted(const std::string& text);

// "images/<tag>+step+<step>+timestamp+<ms>+<uuid>" as MLflow's page of images takes it apart, '/'
// in the tag as '~'.
std::string mlflow_image_name(const std::string& tag,
                              std::int64_t step,
                              std::int64_t timestamp_ms,
                              const std::string& uuid);

// A random UUID of version 4. Names files alone; runs do not depend on it.
std::string random_uuid();

}  // namespace saker
