// What a training has left in its run folder so far, for people to look at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "saker/value.hpp"

namespace saker {

using ScalarSeries = std::vector<std::pair<double, double>>;  // step (from 1 on), value

struct RunRecord {
  std::filesystem::path folder;
  std::optional<Value> settings;                // of config.yaml
  std::map<std::string, ScalarSeries> scalars;  // by tag, ascending steps
  std::optional<Value> validation;              // of best_validation.json
  std::optional<Value> system;                  // of system.json
  std::vector<std::string> warnings;            // of train.log, and errors; the last ones
  std::vector<std::filesystem::path> pictures;  // of image_examples, by name
  std::vector<std::string> problems;            // files that could not be read, and why
  bool is_finished = false;

  // Steps done and asked for; 0 where unknown.
  std::int64_t step = 0, steps = 0;

  // The series of a tag; empty when there is none.
  const ScalarSeries& series(const std::string& tag) const;
  // The latest value of a tag.
  std::optional<double> latest(const std::string& tag) const;
};

// Reads what is there. Damaged files are named in `problems`, not fatal; of lines of metrics.jsonl
// that repeat a step, as after a resume, the last counts. Throws Error: io when the folder does not
// exist, usage when it holds neither config.yaml nor metrics.jsonl nor train.log.
RunRecord read_run(const std::filesystem::path& folder);

}  // namespace saker
