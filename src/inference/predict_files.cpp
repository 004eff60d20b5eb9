#include "inference/predict_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "core/float_pool.hpp"
#include "data/prefetch_loader.hpp"
#include "image/image_rows.hpp"
#include "image/read_image.hpp"
#include "inference/score_threshold.hpp"
#include "inference/tiled_prediction.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Results that wait for on_result, in batches.
constexpr int kWaitingBatches = 2;
constexpr std::int64_t kMostWorkers = 8;

std::int64_t worker_count(const PredictFilesArgs& args) {
  if (!args.num_workers)
    return std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, kMostWorkers);
  if (*args.num_workers < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("num_workers must be at least 1 but is {}", *args.num_workers));
  }
  return *args.num_workers;
}

// Runs `read`; what is wrong with the file alone becomes the result's error.
template <typename Read>
bool is_readable(FilePrediction& file, const Read& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData && error.kind() != ErrorKind::kIo) throw;
    file.error = error.what();
    return false;
  }
}

void keep_size(FilePrediction& file, std::int64_t height, std::int64_t width) {
  file.height = height;
  file.width = width;
}

// Consecutive files, and the network's inputs of those that could be read.
struct ReadBatch {
  std::vector<FilePrediction> files;
  std::vector<ImageSize> sizes;
  PooledFloats inputs;
};

struct RunBatch {
  std::vector<FilePrediction> files;
  std::vector<ImageSize> sizes;
  std::unique_ptr<NetworkOutputs> outputs;  // nullptr when no file could be read
};

void predict_whole_images(Backend& backend,
                          const std::vector<std::string>& paths,
                          const PredictFilesArgs& args,
                          const OnFilePrediction& on_result) {
  const NetworkInput& input = backend.model().input;
  const std::int64_t workers = worker_count(args);
  const auto pool = std::make_shared<FloatPool>(static_cast<std::size_t>(2 * workers + 2));
  const auto batch_size = static_cast<std::size_t>(args.batch_size);
  const auto batches = static_cast<std::int64_t>((paths.size() + batch_size - 1) / batch_size);

  const auto read = [&](std::int64_t number) {
    const std::size_t begin = static_cast<std::size_t>(number) * batch_size;
    const std::size_t count = std::min(batch_size, paths.size() - begin);
    ReadBatch batch{.files = {}, .sizes = {}, .inputs = {pool, count * input.value_count()}};
    for (std::size_t i = begin; i < begin + count; ++i) {
      FilePrediction& file = batch.files.emplace_back();
      file.index = i;
      file.path = paths[i];
      Image image;
      if (!is_readable(file, [&] { image = read_image(paths[i]); })) continue;
      keep_size(file, image.height(), image.width());
      float* const slot = batch.inputs.data() + batch.sizes.size() * input.value_count();
      write_network_input(image, input, {slot, input.value_count()});
      batch.sizes.push_back({.height = image.height(), .width = image.width()});
      if (args.keep_images) file.image = std::move(image);
    }
    return batch;
  };
  // Two images for each thread wait, or two batches where these are larger.
  const std::int64_t prefetch = std::max<std::int64_t>(2 * workers / args.batch_size, 2);
  PrefetchLoader<ReadBatch> reader(read,
                                   {.end = batches,
                                    .threads = static_cast<int>(workers),
                                    .prefetch = static_cast<int>(prefetch)});

  // One thread, so that batches run in order and one at a time.
  const auto run = [&](std::int64_t) {
    ReadBatch batch = reader.next();
    const auto count = static_cast<std::int64_t>(batch.sizes.size());
    RunBatch result{
        .files = std::move(batch.files), .sizes = std::move(batch.sizes), .outputs = nullptr};
    if (count > 0) {
      const std::span<const float> used(batch.inputs.data(),
                                        static_cast<std::size_t>(count) * input.value_count());
      result.outputs = backend.run(used, count);
    }
    return result;
  };
  PrefetchLoader<RunBatch> runner(run, {.end = batches, .threads = 1, .prefetch = kWaitingBatches});

  while (runner.has_next()) {
    RunBatch batch = runner.next();
    std::vector<Detections> found;
    if (batch.outputs) found = batch.outputs->detections(batch.sizes);
    std::size_t next = 0;
    for (FilePrediction& file : batch.files) {
      if (file.error.empty()) {
        file.detections =
            above_threshold(found[next++], args.threshold, backend.model().threshold_inclusive);
      }
      on_result(file);
    }
  }
}

struct OpenedFile {
  FilePrediction file;
  std::unique_ptr<ImageRows> rows;  // nullptr when it could not be read
};

void predict_tiles(Backend& backend,
                   const std::vector<std::string>& paths,
                   const PredictFilesArgs& args,
                   const OnFilePrediction& on_result) {
  const auto count = static_cast<std::int64_t>(paths.size());
  const auto open = [&](std::int64_t number) {
    const auto i = static_cast<std::size_t>(number);
    OpenedFile opened{.file = {.index = i, .path = paths[i]}, .rows = nullptr};
    is_readable(opened.file, [&] {
      if (args.keep_images) {
        opened.file.image = read_image(paths[i]);
        opened.rows = rows_of(opened.file.image);
      } else {
        opened.rows = open_image_rows(paths[i]);
      }
      keep_size(opened.file, opened.rows->height(), opened.rows->width());
    });
    return opened;
  };
  // Images in tiles are large: one is read ahead.
  PrefetchLoader<OpenedFile> reader(open, {.end = count, .threads = 1, .prefetch = 1});

  const auto run = [&](std::int64_t) {
    OpenedFile opened = reader.next();
    if (!opened.rows) return opened.file;
    TiledPrediction prediction(backend, *args.sahi);
    if (is_readable(opened.file, [&] { prediction.add(*opened.rows); }))
      opened.file.detections = prediction.finish().front();
    return opened.file;
  };
  PrefetchLoader<FilePrediction> runner(run,
                                        {.end = count, .threads = 1, .prefetch = kWaitingBatches});
  while (runner.has_next()) on_result(runner.next());
}

}  // namespace

void predict_files(Backend& backend,
                   const std::vector<std::string>& paths,
                   const PredictFilesArgs& args,
                   const OnFilePrediction& on_result) {
  require_fraction("threshold", args.threshold);
  if (args.batch_size < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch_size must be at least 1 but is {}", args.batch_size));
  }
  worker_count(args);
  if (args.sahi) {
    check_sahi_args(*args.sahi);
    predict_tiles(backend, paths, args, on_result);
  } else {
    predict_whole_images(backend, paths, args, on_result);
  }
}

}  // namespace saker
