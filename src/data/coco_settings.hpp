// The `data` section of a run with `format: coco`.
//
//   format: coco
//   train: {annotations: annotations/instances_train2017.json, images: ../train2017}
//   val: {annotations: annotations/instances_val2017.json, images: ../val2017}
#pragma once

#include <filesystem>

#include "saker/train.hpp"
#include "saker/value.hpp"

namespace saker {

class SettingsProblems;

// Paths of the result are absolute. from_file: foreign keys, but those of YOLO data, are left to
// the caller.
DataArgs read_coco_map(const Value& map,
                       SettingsProblems& problems,
                       const std::filesystem::path& base_folder,
                       bool from_file);

// The same from the struct. Resolved data come back as they are. Throws Error (usage) with every
// problem.
DataArgs resolve_coco(const DataArgs& args);

// The section as a settings tree that reads back as the same.
Value coco_to_value(const DataArgs& args);

}  // namespace saker
