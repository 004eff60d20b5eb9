#include "pretrain/layerwise_groups.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>

namespace saker {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The last number between dots: behind it stands the name within a block, before it may stand the
// number of a chunk.
std::int64_t block_of(const std::string& key) {
  std::int64_t block = 0;
  std::size_t begin = key.find("blocks.") + std::string_view("blocks.").size();
  for (;;) {
    const std::size_t end = key.find('.', begin);
    if (end == std::string::npos || end == begin ||
        key.find_first_not_of("0123456789", begin) < end)
      return block;
    block = std::stoll(key.substr(begin, end - begin));
    begin = end + 1;
  }
}

// 0 for the tokens and what makes them, 1 for the first block, blocks + 1 for what follows the
// last.
std::int64_t layer_of(const std::string& key, std::int64_t blocks) {
  constexpr std::array<std::string_view, 6> kFirst = {
      "pos_embed", "patch_embed", "mask_token", "cls_token", "register_tokens", "storage_tokens"};
  if (std::ranges::any_of(kFirst, [&](std::string_view name) { return contains(key, name); }))
    return 0;
  return contains(key, "blocks.") ? block_of(key) + 1 : blocks + 1;
}

class Grouping {
 public:
  explicit Grouping(const LayerwiseRates& rates) : rates_(rates) {}

  void add(const NamedModule& module, bool is_head) {
    for (const auto& item : module.second->named_parameters()) {
      const std::string& key = item.key();
      const bool undecayed =
          key.ends_with(".bias") || contains(key, "norm") || contains(key, "gamma");
      const double factor = is_head ? 1 : backbone_factor(key);
      const double decay = undecayed ? 0 : rates_.weight_decay;
      const Kind kind{factor, undecayed, is_head, contains(key, "last_layer")};
      const auto found = std::ranges::find(kinds_, kind);
      const auto index = static_cast<std::size_t>(found - kinds_.begin());
      if (found == kinds_.end()) {
        kinds_.push_back(kind);
        groups_.push_back({.name = module.first + key,
                           .keys = {},
                           .parameters = {},
                           .weight_decay = decay,
                           .lr_factor = factor});
      }
      groups_[index].keys.push_back(module.first + key);
      groups_[index].parameters.push_back(item.value());
    }
  }

  std::vector<ParameterGroup> groups() && { return std::move(groups_); }

 private:
  using Kind = std::tuple<double, bool, bool, bool>;

  double backbone_factor(const std::string& key) const {
    const auto layers = static_cast<double>(rates_.blocks + 1 - layer_of(key, rates_.blocks));
    return std::pow(rates_.decay, layers) * (contains(key, "patch_embed") ? rates_.patch_embed : 1);
  }

  LayerwiseRates rates_;
  std::vector<Kind> kinds_;
  std::vector<ParameterGroup> groups_;
};

}  // namespace

std::vector<ParameterGroup> layerwise_groups(const NamedModule& backbone,
                                             const std::vector<NamedModule>& heads,
                                             const LayerwiseRates& rates) {
  Grouping grouping(rates);
  grouping.add(backbone, /*is_head=*/false);
  for (const NamedModule& head : heads) grouping.add(head, /*is_head=*/true);
  return std::move(grouping).groups();
}

}  // namespace saker
