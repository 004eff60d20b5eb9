// A growing list of what was found.
#pragma once

#include <string>
#include <vector>

#include "data/check/finding_kind.hpp"
#include "saker/data_check.hpp"
#include "saker/error.hpp"

namespace saker {

class Findings {
 public:
  void add(FindingKind kind, DataFinding finding) {
    entries_.push_back({kind, std::move(finding)});
  }
  // Puts those of `other` behind.
  void append(Findings other);

  bool empty() const noexcept { return entries_.empty(); }
  bool has(FindingKind kind) const;

  // By severity, then in the order of FindingKind; within a group in the order of adding. Training
  // never reads the test split, so that what would stop it there is a warning.
  std::vector<DataFindingGroup> groups() &&;

 private:
  struct Entry {
    FindingKind kind;
    DataFinding finding;
  };
  std::vector<Entry> entries_;
};

// The message of an error about this file without its name, which a finding has beside it.
std::string without_path(const Error& error, const std::string& path);

}  // namespace saker
