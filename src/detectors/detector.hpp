// The one interface that training, prediction, evaluation and export know of a detector.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/process_exchange.hpp"
#include "saker/detections.hpp"
#include "saker/value.hpp"
#include "transforms/batch.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// What a detector is made from; stored in every checkpoint.
struct DetectorSpec {
  std::string model_name;
  ImageSize image_size;  // network input
  ClassNames classes;    // user class id -> name, in the order of the network's outputs
  std::optional<Normalization> normalization = Normalization{};  // empty: pixels stay in [0, 1]

  // Of the images, as many as the normalization has values; 3 without one.
  std::int64_t channels() const {
    return normalization ? static_cast<std::int64_t>(normalization->mean.size()) : 3;
  }
};

// Ground truth of a batch, on the device of the images.
struct Targets {
  std::vector<torch::Tensor>
      boxes_cxcywh_norm;               // B tensors [M, 4] float32, fractions of the batch's images
  std::vector<torch::Tensor> classes;  // B tensors [M] int64, indices of the network's outputs
  // The most targets of an image of the whole batch, where these are a part of one.
  std::int64_t most = 0;

  // `most`, or that of these images where it is larger.
  std::int64_t most_of_an_image() const {
    std::int64_t largest = most;
    for (const torch::Tensor& labels : classes) largest = std::max(largest, labels.numel());
    return largest;
  }
};

struct LossTerms {
  torch::Tensor total;  // scalar, differentiable while training
  std::vector<std::pair<std::string, torch::Tensor>> logged;  // detached scalars, e.g. "loss_vfl"
  bool boxes_finite = true;  // false: some predicted box was not finite, and was replaced
  // All summands of the total, detached, where `logged` are not all: what a search for a term that
  // is not finite looks at.
  std::vector<std::pair<std::string, torch::Tensor>> terms = {};
};

// What the random numbers of a training step depend on, such as those of noised targets: equal keys
// give equal numbers.
struct DrawKey {
  std::uint64_t seed = 0;
  std::uint64_t batch = 0;  // number of the batch in the run, the same in all processes; < 2^32
  std::uint64_t first_image = 0;  // place of these images' first one in the batch of all processes
};

// Candidate detections of one image.
struct Predictions {
  torch::Tensor boxes_xyxy;  // [N, 4] float32, pixels
  torch::Tensor scores;      // [N] float32, [0, 1]
  torch::Tensor classes;     // [N] int64, indices of the network's outputs
};

// Which pixels the boxes of a validation step are given in.
enum class EvaluationSpace { kNetworkInput, kOriginalImage };

// The order of normalising and resizing in prediction, and how a threshold is compared.
struct PredictionRule {
  bool normalize_before_resize = false;
  bool threshold_inclusive = false;
};

class Detector : public torch::nn::Module {
 public:
  virtual const DetectorSpec& spec() const = 0;
  // Python class path of the reference's task model, under which its loader knows the weights.
  virtual std::string model_class_path() const = 0;
  // Constructor arguments with the names and in the order of the reference, those of the spec
  // included; an array stands for a tuple.
  virtual Value init_args() const = 0;
  // Channels of the images that it takes.
  virtual std::int64_t input_channels() const { return spec().channels(); }

  // "loss" and the names of LossTerms::logged.
  virtual std::vector<std::string> loss_names() const = 0;

  // images: [B, C, H, W] float32, normalised. Uses the module's training flag for batch norm.
  virtual LossTerms training_losses(const torch::Tensor& images,
                                    const Targets& targets,
                                    const DrawKey& draws) = 0;
  // What training_losses() of a batch with these targets is a mean over: a batch's loss is the mean
  // of its parts', weighted with theirs. By default the images; more than 0.
  virtual double loss_weight(const Targets& targets) const {
    return static_cast<double>(targets.classes.size());
  }

  // Losses and candidates of the same forward pass, in evaluation mode and without gradients; boxes
  // in evaluation_space().
  struct Validation {
    LossTerms losses;
    std::vector<Predictions> predictions;
  };
  virtual Validation validate(const torch::Tensor& images,
                              const Targets& targets,
                              const std::vector<ImageSize>& original_sizes) = 0;
  virtual EvaluationSpace evaluation_space() const = 0;

  // From here on losses are divided by counts over these processes, each of which holds a part of
  // every batch, so that the mean of their losses is the loss of the whole batch. nullptr: the
  // batches are whole. Batch norms are told with synchronize_batch_norms().
  void set_processes(const ProcessExchangePointer& processes) { processes_ = processes; }
  const ProcessExchangePointer& processes() const { return processes_; }

  // The network's outputs for a batch, in evaluation mode and without gradients.
  virtual std::vector<torch::Tensor> infer(const torch::Tensor& images) = 0;
  // Candidates in pixels of the original images, before any threshold, from the outputs for images
  // of that input size.
  virtual std::vector<Predictions> decode(const std::vector<torch::Tensor>& outputs,
                                          ImageSize input,
                                          const std::vector<ImageSize>& original_sizes) const = 0;
  std::vector<Predictions> predict(const torch::Tensor& images,
                                   const std::vector<ImageSize>& original_sizes) {
    const torch::NoGradGuard no_grad;
    return decode(
        infer(images), {.height = images.size(2), .width = images.size(3)}, original_sizes);
  }
  virtual PredictionRule prediction_rule() const = 0;

  // Weights that inference uses (some heads serve training alone).
  virtual std::int64_t inference_parameter_count() const = 0;
  // Weights as documents and listings count them.
  virtual std::int64_t listed_parameter_count() const { return inference_parameter_count(); }
  // Of the listed ones, those that published files carry though nothing uses them.
  virtual std::int64_t unused_parameter_count() const { return 0; }

  // A copy with weights and buffers of its own.
  virtual std::shared_ptr<Detector> copy() const = 0;
  // Puts this detector, for good, into the form that predicts fastest on the device of its weights.
  // It then neither trains nor copies, and its weights are no longer those of a checkpoint.
  virtual void deploy() = 0;
  // A copy in that form; later changes of this one do not reach it.
  std::shared_ptr<Detector> deployed() const {
    std::shared_ptr<Detector> result = copy();
    result->deploy();
    return result;
  }

  // What was odd about the arguments that it was made from, one line each.
  virtual std::vector<std::string> warnings() const { return {}; }

  // Modules whose tensors have shapes that depend on the number of classes, e.g. "head.gfl_cls.0".
  virtual std::vector<std::string> class_dependent_modules() const { return {}; }

  // The weights of a file under the names and in the shapes of this detector, as far as its family
  // knows how: names of older versions, other numbers of classes or channels. What it leaves alone
  // stays in it. Called before the weights are loaded.
  virtual StateDict adapt_weights(const StateDict& weights) const { return weights; }

 private:
  ProcessExchangePointer processes_;
};

}  // namespace saker
