#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "data/check/box_check.hpp"
#include "data/check/class_check.hpp"
#include "data/check/coco_source.hpp"
#include "data/check/findings.hpp"
#include "data/check/image_check.hpp"
#include "data/check/image_copies.hpp"
#include "data/check/orientation_evidence.hpp"
#include "data/check/split_statistics.hpp"
#include "data/check/yolo_source.hpp"
#include "data/class_map.hpp"
#include "data/data_settings.hpp"
#include "data/prefetch_loader.hpp"
#include "data/splits.hpp"
#include "saker/data_check.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

struct CheckedSample {
  CheckedLabels labels;
  CheckedImage image;
  Findings findings;
};

bool has_test(const DataArgs& data) {
  return !data.test.empty() || !data.coco.test.annotations.empty();
}

std::vector<std::string> splits_to_check(const std::vector<std::string>& wanted,
                                         const DataArgs& data) {
  for (const std::string& split : wanted) {
    static_cast<void>(split_index(split));
    if (split == "test" && !has_test(data)) {
      throw Error(ErrorKind::kUsage, "the data name no test split; leave it out of --split");
    }
  }
  std::vector<std::string> splits;
  for (const std::string split : kSplits) {
    const bool is_wanted = wanted.empty() ? split != "test" || has_test(data)
                                          : std::ranges::find(wanted, split) != wanted.end();
    if (is_wanted) splits.push_back(split);
  }
  return splits;
}

int thread_count(std::int64_t wanted) {
  if (wanted < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("threads must be at least 0 but is {}", wanted));
  }
  const std::int64_t all = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<int>(std::min<std::int64_t>(wanted == 0 ? all : wanted, 256));
}

CheckedSample check_sample(const SampleSource& source, std::int64_t i, bool quick) {
  CheckedSample sample;
  sample.labels = source.labels(i, sample.findings);
  const std::string image = source.image(i);
  if (!quick && !sample.labels.image_is_missing)
    sample.image = check_image(image, source.split(), sample.findings);
  if (sample.image.facts)
    check_told_size(image, source.split(), sample.labels, *sample.image.facts, sample.findings);
  check_boxes(image, source.split(), sample.labels, sample.image.facts, sample.findings);
  return sample;
}

// Boxes of an image that its annotations take for another size have no shape to be trusted.
bool has_told_size(const CheckedSample& sample) {
  const std::optional<PixelSize>& told = sample.labels.image_size;
  return !told || *told == PixelSize{sample.image.facts->width, sample.image.facts->height};
}

class DataCheck {
 public:
  DataCheck(const DataCheckArgs& args, const ResolvedData& data)
      : args_(args),
        splits_(splits_to_check(args.splits, data.args)),
        data_(with_names(data.args)),
        classes_(data_.names, data_.ignore_classes) {
    for (const std::string& split : splits_) {
      sources_.push_back(make_source(split));
      total_ += sources_.back()->size();
    }
    check_names(data_, findings_);
    for (const std::string& warning : data.warnings)
      findings_.add(FindingKind::kDataKeys, {.message = warning});
  }

  DataCheckReport run() {
    DataCheckReport report;
    report.data = args_.data.path;
    report.quick = args_.quick;
    report.classes = classes_.kept();
    std::vector<const SampleSource*> sources;
    for (std::size_t split = 0; split < sources_.size(); ++split) {
      report.splits.push_back(check_split(split));
      sources.push_back(sources_[split].get());
    }
    orientations_.report(findings_);
    copies_.report(sources, findings_);
    check_ignored_classes(data_, {ignored_classes_.begin(), ignored_classes_.end()}, findings_);
    check_splits(report.classes, report.splits, findings_);
    report.groups = std::move(findings_).groups();
    return report;
  }

 private:
  // Whichever the format, names are those of all classes.
  DataArgs with_names(DataArgs data) {
    if (data.coco.is_given()) {
      const bool train_is_checked = std::ranges::find(splits_, "train") != splits_.end();
      data.names = checked_coco_classes(data, train_is_checked, findings_);
    }
    return data;
  }

  std::unique_ptr<SampleSource> make_source(const std::string& split) const {
    if (data_.coco.is_given()) return std::make_unique<CocoSource>(data_, split, classes_);
    return std::make_unique<YoloSource>(data_, split, classes_);
  }

  SplitSummary check_split(std::size_t split) {
    const SampleSource& source = *sources_[split];
    source.report_listing(findings_);
    SplitStatistics statistics(
        source.split(), source.folder(), static_cast<std::size_t>(classes_.size()));
    // As many finished samples may wait as keep the threads busy past a slow one.
    const int threads = thread_count(args_.threads);
    PrefetchLoader<CheckedSample> loader(
        [&source, quick = args_.quick](std::int64_t i) { return check_sample(source, i, quick); },
        {.end = source.size(), .threads = threads, .prefetch = 8 * threads});
    for (std::int64_t i = 0; loader.has_next(); ++i) {
      CheckedSample sample = loader.next();
      statistics.add(sample.labels, sample.image.facts);
      if (sample.image.facts && has_told_size(sample))
        orientations_.add(source.split(), source.image(i), sample.labels, *sample.image.facts);
      if (sample.image.hash) copies_.add(split, i, *sample.image.hash, sample.labels);
      ignored_classes_.insert(sample.labels.ignored_classes.begin(),
                              sample.labels.ignored_classes.end());
      findings_.append(std::move(sample.findings));
      ++done_;
      if (args_.progress) args_.progress(done_, total_);
    }
    statistics.report_few_boxes(source, classes_.kept(), findings_);
    SplitSummary summary = statistics.summary();
    summary.annotations = source.annotations();
    return summary;
  }

  const DataCheckArgs& args_;
  Findings findings_;
  std::vector<std::string> splits_;
  DataArgs data_;
  ClassMap classes_;
  std::vector<std::unique_ptr<SampleSource>> sources_;
  OrientationEvidence orientations_;
  ImageCopies copies_;
  std::set<std::int64_t> ignored_classes_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace

DataCheckReport check_data(const DataCheckArgs& args) {
  return DataCheck(args, resolve_data(args.data)).run();
}

std::int64_t DataCheckReport::count(FindingSeverity severity) const noexcept {
  std::int64_t sum = 0;
  for (const DataFindingGroup& group : groups) {
    if (group.severity == severity) sum += static_cast<std::int64_t>(group.findings.size());
  }
  return sum;
}

}  // namespace saker
