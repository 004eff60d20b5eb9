// What the input of a conversion is, and where its parts lie.
#pragma once

#include <string>
#include <vector>

#include "data/dataset_statistics.hpp"
#include "saker/data_convert.hpp"
#include "saker/train.hpp"

namespace saker {

struct ConversionInput {
  LabelFormat format = LabelFormat::kYolo;
  std::string found;             // what told it, for people
  DataArgs data;                 // YOLO and COCO, resolved
  bool folders_are_told = true;  // COCO: the data name the image folders
  std::string voc_folder;
  std::vector<std::string> warnings;
};

// "yolo", "coco" or "voc".
const char* to_string(LabelFormat format) noexcept;

// Of a folder, in this order: a data YAML (data.yaml, or the only one), Annotations/ with XML
// files, COCO files (*.json, annotations/*.json, */_annotations.coco.json), XML files anywhere.
// Throws Error: usage when there is nothing of the kind, or what is there does not tell the splits.
ConversionInput find_input(const ConvertDataArgs& args);

}  // namespace saker
