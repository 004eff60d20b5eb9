#include "pretrain/dinov2_losses.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "backbones/patch_embedding.hpp"
#include "pretrain/koleo_loss.hpp"
#include "pretrain/prototype_loss.hpp"

namespace saker {
namespace {

// Sides that are no multiple of the patch size are stretched to the next one.
torch::Tensor whole_patches(const torch::Tensor& images, std::int64_t patch) {
  const auto whole = [&](std::int64_t side) { return (side + patch - 1) / patch * patch; };
  const std::int64_t height = whole(images.size(2)), width = whole(images.size(3));
  if (height == images.size(2) && width == images.size(3)) return images;
  return at::upsample_bicubic2d(images, {height, width}, /*align_corners=*/false);
}

// Rows of [B, K] for the rows first .. first + count - 1 of several times B.
torch::Tensor repeated_rows(const torch::Tensor& values, std::int64_t first, std::int64_t count) {
  const std::int64_t period = values.size(0), begin = first % period;
  if (begin + count <= period) return values.narrow(0, begin, count);
  const torch::Tensor rows = torch::arange(
      first, first + count, torch::TensorOptions(torch::kInt64).device(values.device()));
  return values.index_select(0, rows.remainder(period));
}

torch::Tensor equal_weights(std::int64_t rows, double weight, const torch::Tensor& like) {
  return torch::full({rows}, weight, like.options().requires_grad(false));
}

}  // namespace

struct Dinov2Losses::TeacherRows {
  torch::Tensor classes;  // [2 B, bottleneck], the second view's before the first one's
  torch::Tensor patches;  // [M, bottleneck]
  torch::Tensor dino_prototypes, ibot_prototypes;
};

Dinov2Losses::Dinov2Losses(Dinov2Networks& networks, const Dinov2Settings& settings)
    : networks_(networks),
      settings_(settings),
      dino_center_(networks.dino_center(), settings.center_momentum),
      ibot_center_(networks.ibot_center(), settings.center_momentum) {}

Dinov2Losses::TeacherRows Dinov2Losses::teacher_rows(const torch::Tensor& images,
                                                     const torch::Tensor& indices) {
  const torch::NoGradGuard no_grad;
  HeadedBackbone& teacher = networks_.teacher();
  const std::int64_t leading = teacher.backbone->leading_tokens();
  const torch::Tensor tokens = teacher.backbone->features(images);
  // Each class token of the student is compared with that of the other view.
  const torch::Tensor classes = tokens.select(1, 0).roll(images.size(0) / kGlobalViews, 0);
  const torch::Tensor patches =
      tokens.slice(1, leading).reshape({-1, tokens.size(2)}).index_select(0, indices);
  const torch::Tensor prototypes = teacher.dino_head->prototypes();
  return {.classes = teacher.dino_head->bottleneck(classes),
          .patches = teacher.ibot_head->bottleneck(patches),
          .dino_prototypes = prototypes,
          .ibot_prototypes =
              networks_.has_separate_heads() ? teacher.ibot_head->prototypes() : prototypes};
}

torch::Tensor Dinov2Losses::class_probabilities(const TeacherRows& teacher,
                                                double temperature) const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits =
      prototype_logits(teacher.classes, product_factor(teacher.dino_prototypes));
  return settings_.center_method == CenterMethod::kSoftmax
             ? centered_probabilities(logits, dino_center_.values(), temperature)
             : sinkhorn_knopp(logits, temperature, exchange_).to(logits.scalar_type());
}

LossTerms Dinov2Losses::operator()(const ViewTensors& views,
                                   const BatchMasks& masks,
                                   double teacher_temp) {
  const torch::Device device = views.global.device();
  HeadedBackbone& student = networks_.student();
  const std::int64_t images = views.images(), crops = views.global.size(0);
  const std::int64_t patch = student.backbone->config().patch_size;
  const auto masked_patches = static_cast<std::int64_t>(masks.indices.size());
  const torch::Tensor indices = torch::tensor(masks.indices, torch::kInt64).to(device);

  const TeacherRows teacher = teacher_rows(views.global, indices);
  const torch::Tensor probabilities = class_probabilities(teacher, teacher_temp);
  dino_center_.collect(teacher.classes);
  ibot_center_.collect(teacher.patches);

  const torch::Tensor masked =
      torch::tensor(masks.masked, torch::kUInt8).view({crops, -1}).to(device, torch::kBool);
  const torch::Tensor tokens = student.backbone->features(views.global, masked);
  const torch::Tensor classes = tokens.select(1, 0);
  const torch::Tensor patches = tokens.slice(1, student.backbone->leading_tokens())
                                    .reshape({-1, tokens.size(2)})
                                    .index_select(0, indices);
  std::vector<torch::Tensor> class_rows = {classes};
  std::int64_t local_views = 0;
  if (views.local.defined()) {
    local_views = views.local.size(0) / images;
    class_rows.push_back(
        student.backbone->features(whole_patches(views.local, patch)).select(1, 0));
  }

  const double pairs = static_cast<double>(kGlobalViews * (kGlobalViews - 1) +
                                           std::max<std::int64_t>(kGlobalViews * local_views, 1));
  const torch::Tensor& like = probabilities;
  std::vector<PrototypeLossPart> class_parts = {
      {.rows = crops,
       .targets = [&](std::int64_t first,
                      std::int64_t count) { return probabilities.narrow(0, first, count); },
       .mass = 1,
       .row_weights = equal_weights(
           crops, static_cast<double>(kGlobalViews) / pairs / static_cast<double>(crops), like),
       .loss_weight = settings_.dino_loss_weight}};
  torch::Tensor of_both_views;
  if (local_views > 0) {
    of_both_views = probabilities.narrow(0, 0, images) + probabilities.narrow(0, images, images);
    class_parts.push_back(
        {.rows = local_views * images,
         .targets = [&](std::int64_t first,
                        std::int64_t count) { return repeated_rows(of_both_views, first, count); },
         .mass = static_cast<double>(kGlobalViews),
         .row_weights =
             equal_weights(local_views * images, 1 / pairs / static_cast<double>(images), like),
         .loss_weight = settings_.dino_loss_weight});
  }
  const torch::Tensor ibot_factor = product_factor(teacher.ibot_prototypes);
  torch::Tensor equipartition;
  if (settings_.center_method == CenterMethod::kSinkhornKnopp) {
    // Needs the logits of all patches at once.
    equipartition =
        sinkhorn_knopp(prototype_logits(teacher.patches, ibot_factor), teacher_temp, exchange_);
  }
  const PrototypeLossPart patch_part{
      .rows = masked_patches,
      .targets =
          [&](std::int64_t first, std::int64_t count) {
            if (equipartition.defined())
              return equipartition.narrow(0, first, count).to(like.scalar_type());
            return centered_probabilities(
                prototype_logits(teacher.patches.narrow(0, first, count), ibot_factor),
                ibot_center_.values(),
                teacher_temp);
          },
      .mass = 1,
      .row_weights =
          torch::tensor(masks.weights).to(like.options()).div(static_cast<double>(crops)),
      .loss_weight = settings_.ibot_loss_weight};

  LossTerms terms;
  std::vector<torch::Tensor> values;
  const auto add = [&](PrototypeLoss loss) {
    terms.total = terms.total.defined() ? terms.total + loss.total : loss.total;
    values.insert(values.end(), loss.parts.begin(), loss.parts.end());
  };
  const bool shared = !networks_.has_separate_heads();
  if (shared) {
    class_rows.push_back(patches);
    class_parts.push_back(patch_part);
  }
  // Batch norm in the head takes the statistics of each kind of rows by itself.
  std::vector<torch::Tensor> vectors;
  if (settings_.batch_norm) {
    for (const torch::Tensor& rows : class_rows)
      if (rows.size(0) > 0) vectors.push_back(student.dino_head->bottleneck(rows));
  } else {
    vectors.push_back(student.dino_head->bottleneck(torch::cat(class_rows)));
  }
  add(prototype_loss(
      torch::cat(vectors), student.dino_head->prototypes(), class_parts, settings_.student_temp));
  if (!shared) {
    add(prototype_loss(student.ibot_head->bottleneck(patches),
                       student.ibot_head->prototypes(),
                       {patch_part},
                       settings_.student_temp));
  }
  if (local_views == 0) values.insert(values.begin() + 1, torch::zeros({}, like.options()));
  const torch::Tensor koleo =
      koleo_loss(classes.narrow(0, 0, images)) + koleo_loss(classes.narrow(0, images, images));
  terms.total = terms.total + koleo * settings_.koleo_loss_weight;
  terms.logged = {{"dino_global_loss", values[0]},
                  {"dino_local_loss", values[1]},
                  {"ibot_loss", values[2]},
                  {"koleo_loss", koleo.detach()}};
  return terms;
}

void Dinov2Losses::move_centers() {
  if (settings_.center_method != CenterMethod::kSoftmax) {
    reset_step();
    return;
  }
  HeadedBackbone& teacher = networks_.teacher();
  const torch::NoGradGuard no_grad;
  const torch::Tensor prototypes = teacher.dino_head->prototypes();
  dino_center_.update(prototypes, exchange_);
  ibot_center_.update(networks_.has_separate_heads() ? teacher.ibot_head->prototypes() : prototypes,
                      exchange_);
}

void Dinov2Losses::reset_step() {
  dino_center_.reset();
  ibot_center_.reset();
}

}  // namespace saker
