#include "loggers/mlflow_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace saker {
namespace {

std::size_t bytes_of(const MlflowEntry& entry) {
  std::size_t bytes = sizeof(MlflowEntry);
  if (const auto* metrics = std::get_if<MlflowMetrics>(&entry)) {
    for (const auto& [tag, value] : metrics->scalars)
      bytes += sizeof(Scalars::value_type) + tag.size();
  } else if (const auto* picture = std::get_if<MlflowPicture>(&entry)) {
    bytes += picture->tag.size() + picture->png.size() + picture->preview_webp.size();
  }
  return bytes;
}

void add_words(std::string& text, std::int64_t count, const char* word) {
  if (count == 0) return;
  text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, word, count == 1 ? "" : "s");
}

}  // namespace

void MlflowCounts::add(const MlflowEntry& entry) {
  if (std::holds_alternative<MlflowMetrics>(entry)) ++metrics;
  if (std::holds_alternative<MlflowPicture>(entry)) ++pictures;
  if (std::holds_alternative<MlflowModel>(entry)) ++models;
}

void MlflowCounts::add(const MlflowCounts& other) {
  metrics += other.metrics;
  pictures += other.pictures;
  models += other.models;
}

std::string MlflowCounts::text() const {
  std::string text;
  add_words(text, metrics, "log event");
  add_words(text, pictures, "picture");
  add_words(text, models, "model");
  return text;
}

void MlflowQueue::push(MlflowEntry entry) {
  if (const auto* model = std::get_if<MlflowModel>(&entry)) {
    const bool waits = std::any_of(entries_.begin(), entries_.end(), [&](const MlflowEntry& other) {
      const auto* waiting = std::get_if<MlflowModel>(&other);
      return waiting != nullptr && waiting->file == model->file;
    });
    if (waits) return;
  }
  bytes_ += bytes_of(entry);
  entries_.push_back(std::move(entry));
  while (bytes_ > max_bytes_ && !entries_.empty()) drop_one();
}

void MlflowQueue::drop_one() {
  const auto holds = [this](auto is_kind) {
    return std::find_if(entries_.begin(), entries_.end(), is_kind);
  };
  auto victim =
      holds([](const auto& entry) { return std::holds_alternative<MlflowPicture>(entry); });
  if (victim == entries_.end())
    victim = holds([](const auto& entry) { return std::holds_alternative<MlflowMetrics>(entry); });
  if (victim == entries_.end()) victim = entries_.begin();
  dropped_.add(*victim);
  remove(victim);
}

void MlflowQueue::remove(std::deque<MlflowEntry>::iterator entry) {
  bytes_ -= bytes_of(*entry);
  entries_.erase(entry);
}

std::optional<MlflowEntry> MlflowQueue::pop() {
  if (entries_.empty()) return std::nullopt;
  bytes_ -= bytes_of(entries_.front());
  MlflowEntry entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

std::vector<MlflowMetrics> MlflowQueue::pop_metrics(std::size_t max_values) {
  std::vector<MlflowMetrics> popped;
  std::size_t values = 0;
  while (!entries_.empty()) {
    const auto* metrics = std::get_if<MlflowMetrics>(&entries_.front());
    if (metrics == nullptr || values + metrics->scalars.size() > max_values) break;
    values += metrics->scalars.size();
    popped.push_back(std::get<MlflowMetrics>(*pop()));
  }
  return popped;
}

MlflowCounts MlflowQueue::counts() const {
  MlflowCounts counts;
  for (const MlflowEntry& entry : entries_) counts.add(entry);
  return counts;
}

}  // namespace saker
