#include "data/check/findings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace saker {
namespace {

constexpr const char* kTestEffect =
    "Training does not read the test split; an evaluation on it stops.";

FindingSeverity severity_of(FindingKind kind, const DataFinding& finding) {
  const FindingSeverity severity = text_of(kind).severity;
  return severity == FindingSeverity::kError && finding.split == "test" ? FindingSeverity::kWarning
                                                                        : severity;
}

}  // namespace

void Findings::append(Findings other) {
  entries_.insert(entries_.end(),
                  std::make_move_iterator(other.entries_.begin()),
                  std::make_move_iterator(other.entries_.end()));
}

bool Findings::has(FindingKind kind) const {
  return std::ranges::find(entries_, kind, &Entry::kind) != entries_.end();
}

std::string without_path(const Error& error, const std::string& path) {
  const std::string message = error.what();
  const std::string prefix = path + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

std::vector<DataFindingGroup> Findings::groups() && {
  std::map<std::pair<FindingSeverity, FindingKind>, DataFindingGroup> groups;
  for (Entry& entry : entries_) {
    const FindingSeverity severity = severity_of(entry.kind, entry.finding);
    const FindingKindText& text = text_of(entry.kind);
    DataFindingGroup& group = groups[{severity, entry.kind}];
    if (group.findings.empty()) {
      group.kind = text.word;
      group.severity = severity;
      group.title = text.title;
      group.effect = severity == text.severity ? text.effect : kTestEffect;
      group.remedy = text.remedy;
    }
    group.findings.push_back(std::move(entry.finding));
  }
  std::vector<DataFindingGroup> sorted;
  sorted.reserve(groups.size());
  for (auto& [key, group] : groups) sorted.push_back(std::move(group));
  return sorted;
}

}  // namespace saker
