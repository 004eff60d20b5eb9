#include "train/gathered_evaluation.hpp"

#include <torch/types.h>

#include <map>
#include <span>
#include <utility>

namespace saker {
namespace {

// Of one image, as numbers in a row: batch, predictions N, truths M, N * (4, score, label),
// M * (4, label). Labels and counts are whole numbers below 2^53.
constexpr std::size_t kHead = 3;

struct ImageRow {
  std::vector<float> boxes, scores, truth_boxes;
  std::vector<std::int64_t> labels, truth_labels;
};

template <typename T>
void put(std::vector<double>& to, std::span<const T> values) {
  for (const T value : values) to.push_back(static_cast<double>(value));
}

template <typename T>
std::vector<T> take(const double*& from, std::size_t count) {
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(*from++);
  return values;
}

torch::Tensor rows_of(const CocoEvaluator& evaluator, const std::vector<std::int64_t>& batches) {
  std::vector<double> row;
  for (std::size_t image = 0; image < batches.size(); ++image) {
    const auto at = static_cast<std::int64_t>(image);
    const CocoPredictions predictions = evaluator.predictions(at);
    const CocoTruths truths = evaluator.truths(at);
    put<std::int64_t>(
        row,
        std::vector<std::int64_t>{batches[image],
                                  static_cast<std::int64_t>(predictions.scores.size()),
                                  static_cast<std::int64_t>(truths.labels.size())});
    put(row, predictions.boxes_xyxy);
    put(row, predictions.scores);
    put(row, predictions.labels);
    put(row, truths.boxes_xyxy);
    put(row, truths.labels);
  }
  return torch::tensor(row, torch::kDouble);
}

void read_rows(const torch::Tensor& rows, std::multimap<std::int64_t, ImageRow>& images) {
  const double* from = rows.const_data_ptr<double>();
  const double* const end = from + rows.numel();
  while (end - from >= static_cast<std::ptrdiff_t>(kHead)) {
    const std::vector<std::int64_t> head = take<std::int64_t>(from, kHead);
    const auto predictions = static_cast<std::size_t>(head[1]);
    const auto truths = static_cast<std::size_t>(head[2]);
    ImageRow& image = images.emplace(head[0], ImageRow())->second;
    image.boxes = take<float>(from, 4 * predictions);
    image.scores = take<float>(from, predictions);
    image.labels = take<std::int64_t>(from, predictions);
    image.truth_boxes = take<float>(from, 4 * truths);
    image.truth_labels = take<std::int64_t>(from, truths);
  }
}

}  // namespace

CocoEvaluator gathered_evaluation(const CocoEvaluator& own,
                                  const std::vector<std::int64_t>& batches,
                                  const Processes& processes) {
  std::multimap<std::int64_t, ImageRow> images;
  for (const torch::Tensor& rows : processes.gather(rows_of(own, batches)))
    read_rows(rows.contiguous(), images);
  CocoEvaluator all(own.settings());
  // Equal batches keep the order in which they came, that of the ranks.
  for (const auto& [batch, image] : images) {
    all.add_image({image.boxes, image.scores, image.labels},
                  {image.truth_boxes, image.truth_labels});
  }
  return all;
}

}  // namespace saker
