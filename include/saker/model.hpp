// A trained detector, ready to predict.
//
//   auto model = saker::load_model("out/my_experiment/exported_models/exported_best.pt");
//   auto results = model.predict("image.jpg");
//   for (std::size_t i = 0; i < results.size(); ++i) use(results.labels[i], results.bboxes[i],
//   results.scores[i]);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "saker/detections.hpp"
#include "saker/file_prediction.hpp"
#include "saker/sahi.hpp"
#include "saker/train.hpp"

namespace saker {

class Image;

struct ModelInfo {
  std::string name;
  std::int64_t image_height = 0, image_width = 0;  // network input, pixels
  std::int64_t channels = 0;                       // of the images: 3 for RGB
  std::int64_t parameters = 0;                     // weights that inference uses
  std::vector<std::string> warnings;               // what was odd about the file, one line each
};

struct PredictArgs {
  double threshold = 0.6;  // least score that is kept
};

class Model {
 public:
  explicit Model(std::unique_ptr<class ModelState> state);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const ModelInfo& info() const;
  const ClassNames& classes() const;  // user class id -> name, in the order of the heads

  // Boxes are pixels of the image as it is seen, that is after its EXIF orientation.
  // Throws Error (data) naming the file when it is no readable image.
  Detections predict(const std::string& image_path, const PredictArgs& args = {}) const;
  Detections predict(const Image& image, const PredictArgs& args = {}) const;
  std::vector<Detections> predict_batch(const std::vector<Image>& images,
                                        const PredictArgs& args = {}) const;

  // On files, in order; a file that cannot be read is a result with an error. Images are read and
  // results are handed over, from this thread, while the network runs. Throws Error (usage) for
  // arguments out of their range, and what on_result throws.
  void predict_files(const std::vector<std::string>& paths,
                     const PredictFilesArgs& args,
                     const OnFilePrediction& on_result) const;

  // In tiles (see saker/sahi.hpp): what was found in the whole image, then what tiles add, each
  // highest score first. Throws Error (usage) for arguments out of their range, and as predict
  // does.
  // By path, a TIFF is read a few rows at a time and may be larger than the memory.
  Detections predict_sahi(const std::string& image_path, const SahiArgs& args = {}) const;
  Detections predict_sahi(const Image& image, const SahiArgs& args = {}) const;
  // The images' tiles share batches. Throws Error (usage) when there is no image.
  std::vector<Detections> predict_sahi_batch(const std::vector<Image>& images,
                                             const SahiArgs& args = {}) const;

 private:
  std::unique_ptr<class ModelState> state_;
};

struct LoadArgs {
  // fp32, or bf16: the factors of matrix products and convolutions are rounded to bfloat16 (8
  // significant bits), sums and everything else stay float32. Faster on processors that have
  // AVX-512 BF16 or AMX, an error on others.
  std::string precision = "fp32";
};

// name_or_file: an exported .pt, a .ckpt, or a name of `saker models`.
// Throws Error (checkpoint) for a file that is none, (usage) for an unknown name, with the nearest
// names, and for a precision that is unknown or that this processor does not have.
Model load_model(const std::string& name_or_file, const LoadArgs& args = {});

// The names that load_model and training know.
struct ModelListing {
  std::string name;
  std::int64_t image_height = 0, image_width = 0;
  std::int64_t parameters = 0;  // weights with 80 classes, as the models' documentation counts them
  std::int64_t unused_parameters = 0;  // of these, what published files carry and nothing uses
  std::string licence;                 // of the published weights
  bool downloadable = false;           // the detector's weights can be fetched by this name
};
std::vector<ModelListing> list_models();

}  // namespace saker
