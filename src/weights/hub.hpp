// Published weights on this machine: downloaded once, checked always.
//
//   std::filesystem::path file = fetch_detector_weights("picodet-s-coco");
//   std::filesystem::path backbone = fetch_backbone_weights("dinov3/vitt16");
//
// docs/weights.md tells users of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/stop_request.hpp"
#include "weights/published_weights.hpp"

namespace saker {

struct HubOptions {
  // Where files are kept; empty: cache_folder().
  std::filesystem::path folder = {};
  // The address of a mirror that has the files under their names; empty: the environment's
  // SAKER_HUB_URL, and without it the makers' own addresses.
  std::string mirror = {};
  // Tries of one download, as long as each brings some bytes.
  int tries = 3;
  // What the user should know: what is fetched from where, and its licence. Standard error.
  std::function<void(const std::string&)> notice = print_notice;
  // Bytes so far and in all; a bar on standard error if that is a terminal.
  std::function<void(std::uint64_t done, std::optional<std::uint64_t> total)> on_progress = {};
  std::function<bool()> should_stop = stop_requested;
  std::function<std::uint64_t(const std::filesystem::path&)> free_bytes = {};

  static void print_notice(const std::string& text);
};

// The file of these weights, fetched unless the cache has it. A cached file is used without a
// network. Its SHA-256 must be the published one, or else that of the first download, which is kept
// beside the file (see checksum_record.hpp); a cached file with another one is fetched again.
// Several processes may ask at once: one downloads, the others wait.
//
// Throws Error, each telling which address to put to which path by other means: io when the
// download fails, when there is no room, or when what arrived has the wrong checksum (it is dropped
// then); interrupted after should_stop (what arrived is kept and the next call goes on from there).
// Throws Error (usage) for a mirror that is no http address.
std::filesystem::path fetch_weights(const PublishedWeights& weights,
                                    const HubOptions& options = {});

// The same by name. Throws Error (usage) when nothing was published under it.
std::filesystem::path fetch_detector_weights(std::string_view name, const HubOptions& options = {});
std::filesystem::path fetch_backbone_weights(std::string_view name, const HubOptions& options = {});

}  // namespace saker
