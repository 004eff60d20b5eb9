// A split of a COCO data set, read so that no problem hides another.
#pragma once

#include <string>
#include <vector>

#include "data/check/sample_source.hpp"
#include "data/class_map.hpp"
#include "data/coco_file.hpp"
#include "saker/train.hpp"

namespace saker {

// The categories of the train file, which are the classes of all splits; none when they cannot be
// read, which is reported where that split is not checked itself.
ClassNames checked_coco_classes(const DataArgs& data, bool train_is_checked, Findings& findings);

class CocoSource : public SampleSource {
 public:
  // data: as resolve_data returns it. split: train, val or test, and named by the data. classes
  // must outlive it.
  CocoSource(const DataArgs& data, std::string split, const ClassMap& classes);

  const std::string& split() const override { return split_; }
  const std::string& folder() const override { return images_; }
  std::string annotations() const override { return json_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(samples_.size()); }
  std::string image(std::int64_t i) const override;
  std::string annotation_file(std::int64_t) const override { return json_; }
  CheckedLabels labels(std::int64_t i, Findings& findings) const override;
  void report_listing(Findings& findings) const override { findings.append(listing_); }

 private:
  void read(const DataArgs& data);
  void compare_names();
  void find_repeated_images();
  std::size_t image_index(std::int64_t i) const { return samples_[static_cast<std::size_t>(i)]; }
  DataFinding finding(std::string place, std::string value, std::string message) const;

  const ClassMap& classes_;
  std::string split_, json_, images_;
  CocoFile file_;
  std::vector<std::size_t> samples_;  // positions in file_.images
  Findings listing_;
};

}  // namespace saker
