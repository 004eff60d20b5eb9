// Weights that their makers have published: where they are, under which licence, and their
// checksums.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace saker {

struct PublishedWeights {
  std::string_view name;     // of a detector ("picodet-s-coco") or a backbone ("dinov3/vitt16")
  std::string_view address;  // without the file
  std::string_view file;     // the last part of the address, and the name in the cache folder
  std::string_view sha256;   // 64 lower-case hexadecimal digits; empty when its makers give none
  std::string_view licence;

  std::string url() const { return std::string(address) + "/" + std::string(file); }
};

// Detectors trained on COCO, under every name that they have. Two names may share a file.
std::span<const PublishedWeights> published_detectors() noexcept;
// Pretrained backbones.
std::span<const PublishedWeights> published_backbones() noexcept;

// nullptr when nothing was published under this name.
const PublishedWeights* find_published_detector(std::string_view name) noexcept;
const PublishedWeights* find_published_backbone(std::string_view name) noexcept;

}  // namespace saker
