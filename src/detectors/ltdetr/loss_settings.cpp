#include "detectors/ltdetr/loss_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr double kFglWeight = 0.15;
constexpr double kDdfWeight = 1.5;
constexpr std::array<std::string_view, 4> kLosses = {"vfl", "focal", "boxes", "local"};

struct Term {
  std::string_view name;
  std::string_view loss;  // the entry of `losses` that it belongs to
};
constexpr std::array<Term, 6> kTerms = {{{"loss_vfl", "vfl"},
                                         {"loss_focal", "focal"},
                                         {"loss_bbox", "boxes"},
                                         {"loss_giou", "boxes"},
                                         {"loss_fgl", "local"},
                                         {"loss_ddf", "local"}}};

const Term* find_term(std::string_view name) {
  const auto found =
      std::find_if(kTerms.begin(), kTerms.end(), [&](const Term& t) { return t.name == name; });
  return found == kTerms.end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& losses, std::string_view loss) {
  return std::find(losses.begin(), losses.end(), loss) != losses.end();
}

std::string term_names() {
  std::vector<std::string_view> names;
  for (const Term& term : kTerms) names.push_back(term.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void require(bool valid, std::string_view field, double value, std::string_view range) {
  if (valid) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("model_args.{} is {}; it must be {}", field, value, range));
}

void require_not_negative(std::string_view field, double value) {
  require(std::isfinite(value) && value >= 0, field, value, "a number of at least 0");
}

void require_fraction(std::string_view field, double value) {
  require(value >= 0 && value <= 1, field, value, "between 0 and 1");
}

}  // namespace

void MatcherSettings::validate() const {
  require_not_negative("matcher_weight_dict.cost_class", cost_class);
  require_not_negative("matcher_weight_dict.cost_bbox", cost_bbox);
  require_not_negative("matcher_weight_dict.cost_giou", cost_giou);
  if (cost_class == 0 && cost_bbox == 0 && cost_giou == 0) {
    throw Error(ErrorKind::kUsage,
                "model_args.matcher_weight_dict has only zeros; give at least one cost a factor "
                "above 0");
  }
  require_fraction("matcher_alpha", alpha);
  require_not_negative("matcher_gamma", gamma);
}

void DenoisingSettings::validate() const {
  require_not_negative("num_denoising", static_cast<double>(num_denoising));
  require_fraction("label_noise_ratio", label_noise_ratio);
  require_not_negative("box_noise_scale", box_noise_scale);
}

void LtdetrLossSettings::validate() const {
  matcher.validate();
  if (losses.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("model_args.losses is empty; it must have one of {}",
                            fmt::join(kLosses, ", ")));
  }
  for (const std::string& loss : losses) {
    if (std::find(kLosses.begin(), kLosses.end(), loss) == kLosses.end()) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format(
              "model_args.losses has \"{}\"; it may have {}", loss, fmt::join(kLosses, ", ")));
    }
    if (loss == "local" && !dfine) {
      throw Error(ErrorKind::kUsage,
                  "model_args.losses has \"local\", which needs decoder_name=dfine; leave it out");
    }
  }
  for (const auto& [term, weight] : loss_weights) {
    if (find_term(term) == nullptr) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format(
              "model_args.loss_weight_dict has \"{}\"; it may have {}", term, term_names()));
    }
    require_not_negative("loss_weight_dict." + term, weight);
  }
  require_fraction("loss_alpha", alpha);
  require_not_negative("loss_gamma", gamma);
  if (terms().empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("model_args.loss_weight_dict has no factor for any term of "
                            "model_args.losses, {}; give one",
                            fmt::join(losses, ", ")));
  }
}

std::optional<double> LtdetrLossSettings::weight(std::string_view term) const {
  const Term* known = find_term(term);
  const auto found = loss_weights.find(term);
  if (known == nullptr || found == loss_weights.end() || !contains(losses, known->loss)) return {};
  return found->second;
}

std::vector<std::string> LtdetrLossSettings::terms() const {
  std::vector<std::string> names;
  for (const Term& term : kTerms) {
    if (weight(term.name)) names.emplace_back(term.name);
  }
  return names;
}

LtdetrLossSettings loss_settings_for(const DecoderConfig& decoder, LtdetrLossSettings settings) {
  settings.dfine.reset();
  if (decoder.kind != DecoderKind::kDfine) return settings;
  settings.dfine = DfineDistances{.reg_max = decoder.reg_max, .reg_scale = decoder.reg_scale};
  if (!contains(settings.losses, "local")) settings.losses.push_back("local");
  settings.loss_weights.try_emplace("loss_fgl", kFglWeight);
  settings.loss_weights.try_emplace("loss_ddf", kDdfWeight);
  return settings;
}

}  // namespace saker
