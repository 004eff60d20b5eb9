// A split of a YOLO data set, read so that no problem hides another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/check/sample_source.hpp"
#include "data/class_map.hpp"
#include "saker/train.hpp"

namespace saker {

class YoloSource : public SampleSource {
 public:
  // data: as resolve_data returns it. split: train, val or test, and named by the data. classes
  // must outlive it.
  YoloSource(const DataArgs& data, std::string split, const ClassMap& classes);

  const std::string& split() const override { return split_; }
  const std::string& folder() const override { return images_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(names_.size()); }
  std::string image(std::int64_t i) const override;
  std::string annotation_file(std::int64_t i) const override;
  CheckedLabels labels(std::int64_t i, Findings& findings) const override;
  void report_listing(Findings& findings) const override;

 private:
  void list_images();
  void list_labels();
  void find_ignored(const std::vector<std::string>& others);
  void find_shared_labels();
  // Whether files of the label folder belong to an image.
  void find_orphans(const std::vector<std::string>& label_files);
  std::string label_file(const std::string& image_name) const;
  void report_lines(const std::string& text,
                    CheckedLabels& labels,
                    DataFinding base,
                    Findings& findings) const;

  const ClassMap& classes_;
  std::string split_;
  std::string images_, labels_;       // folders
  std::vector<std::string> names_;    // of images, relative, in bytewise order
  std::vector<std::string> ignored_;  // images whose extension is not read
  Findings listing_;
};

}  // namespace saker
