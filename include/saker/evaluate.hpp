// How good a model is on labelled images.
//
//   const auto report = saker::evaluate({.model = "out/cells/exported_models/exported_best.pt",
//                                        .data = {.path = "cells/data.yaml"}});
//   report.map_50; report.best->score;
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "saker/detections.hpp"
#include "saker/train.hpp"

namespace saker {

struct EvaluateArgs {
  std::string model = {};  // as for load_model
  DataArgs data = {};
  std::string split = "val";  // train, val or test
  std::int64_t batch_size = 8;
  std::optional<std::int64_t> num_workers = {};
  // How many of the images whose errors cost most are reported with their boxes. Takes time in
  // large data sets.
  std::int64_t worst_images = 0;
};

// What detections are worth at IoU 0.5 when those below `score` are dropped. All in [0, 1].
struct OperatingPoint {
  double score = 0;
  double precision = 0;  // right ones among those that are kept
  double recall = 0;     // found ones among the labelled boxes
  double f1 = 0;         // harmonic mean of both
};

// One point for each score that occurs, highest first; empty without detections or labels.
using OperatingCurve = std::vector<OperatingPoint>;

struct ClassEvaluation {
  std::int64_t id = 0;  // of the data set
  std::string name;
  std::int64_t truths = 0;  // labelled boxes
  // Average precision over IoU 0.50 to 0.95, at 0.50 and at 0.75, and recall with 100 detections an
  // image; -1 without labelled boxes.
  double ap = -1, ap_50 = -1, ap_75 = -1, recall = -1;
  OperatingCurve curve;
  std::optional<OperatingPoint> best;  // of the largest F1
};

// An image whose errors cost much.
struct WorstImage {
  std::string path;
  // How much map_50 would rise if this image had no errors.
  double lost_map_50 = 0;
  Detections detections;  // from the best score on, in pixels of the image
  Detections truths;      // without scores
};

// The twelve COCO numbers (-1 where undefined), the average precision of each class, and where the
// errors are.
struct EvaluationReport {
  double map = -1, map_50 = -1, map_75 = -1, map_small = -1, map_medium = -1, map_large = -1;
  double mar_1 = -1, mar_10 = -1, mar_100 = -1, mar_small = -1, mar_medium = -1, mar_large = -1;
  std::vector<std::pair<std::string, double>> per_class;  // name, AP; of classes that occur
  std::int64_t images = 0;
  std::vector<std::string> warnings;  // what was odd about the model's file, one line each

  std::vector<ClassEvaluation> classes;  // all of the model, in its order
  OperatingCurve curve;                  // of all classes together
  std::optional<OperatingPoint> best;    // of the largest F1
  // Boxes by true class (row) and detected class (column) among the detections from the best score
  // on, matched at IoU 0.5; in the order of `classes`. The last row counts detections of nothing,
  // the last column labelled boxes that were not found.
  std::vector<std::vector<std::int64_t>> confusion;
  std::vector<WorstImage> worst;  // the most costly one first
};

// Throws Error: usage for a model without weights, data when its classes are not those of the data
// set, and what load_model and reading the data throw.
EvaluationReport evaluate(const EvaluateArgs& args);

// The report as one HTML file with charts and the worst images, which needs no network. title: for
// instance the model's path. Throws Error (io) when the file cannot be written, (data) when a worst
// image cannot be read again.
void write_evaluation_page(const EvaluationReport& report,
                           const std::string& title,
                           const std::string& path);

}  // namespace saker
