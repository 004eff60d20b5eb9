#include "weights/published_weights.hpp"

#include <algorithm>

namespace saker {
namespace {

constexpr std::string_view kCheckpoints =
    "https://lightly-train-checkpoints.s3.us-east-1.amazonaws.com";
constexpr std::string_view kDinov3 =
    "https://lightly-train-checkpoints.s3.us-east-1.amazonaws.com/dinov3";
constexpr std::string_view kEdgeCrafter =
    "https://github.com/capsule2077/edgecrafter/releases/download/edgecrafterv1";

constexpr std::string_view kDinov3Licence = "DINOv3 License";
constexpr std::string_view kApache = "Apache-2.0";
constexpr std::string_view kDetectorLicence = "AGPL-3.0 or commercial (Lightly)";
constexpr std::string_view kDinov3DetectorLicence =
    "AGPL-3.0 or commercial (Lightly); backbone: DINOv3 License";
constexpr std::string_view kApacheDetectorLicence =
    "AGPL-3.0 or commercial (Lightly); backbone: Apache-2.0";

constexpr PublishedWeights kDetectors[] = {
    {"picodet-s-coco",
     kCheckpoints,
     "picodet_s_coco_416_260303_23022a45.pt",
     "23022a456b2583246288041762a1a66d8d59820d5e775912cb4eb366d3a0cd68",
     kDetectorLicence},
    {"picodet-l-coco",
     kCheckpoints,
     "picodet_l_coco_640_260303_b1a16990.pt",
     "b1a16990fe4f86fe60aefb2dcb4bf97ead9cc616f6c14ce4638aa2b838351fff",
     kDetectorLicence},
    {"dinov3/convnext-tiny-ltdetr-coco",
     kCheckpoints,
     "dinov3_convnext_tiny_ltdetr_coco_251218_35bbc4fb.pt",
     "35bbc4fbec3bb9fa113a33f1013abaab1952edf3335f98624b5914812d63d26c",
     kDinov3DetectorLicence},
    {"dinov3/convnext-small-ltdetr-coco",
     kCheckpoints,
     "dinov3_convnext_small_ltdetr_coco_251218_8f7109ab.pt",
     "8f7109ab406aa92791e4e4ca6249ab9a863734795676c81b91dbd4cc4b1ef387",
     kDinov3DetectorLicence},
    {"dinov3/convnext-base-ltdetr-coco",
     kCheckpoints,
     "dinov3_convnext_base_ltdetr_coco_251218_836adb6b.pt",
     "836adb6b5122665a24b6da3ee1720b9f3d0fc3c30cee44cfbd98dcb79fe0809a",
     kDinov3DetectorLicence},
    {"dinov3/convnext-large-ltdetr-coco",
     kCheckpoints,
     "dinov3_convnext_large_ltdetr_coco_251218_03fe6750.pt",
     "03fe6750392daf3ecd32bbab3f144bd5c4d6cdc8bd75635f9e1c5e296e7dd8b0",
     kDinov3DetectorLicence},
    {"dinov3/vitt16-ltdetr-coco",
     kCheckpoints,
     "dinov3_vitt16_ltdetr_coco_251218_dfd34210.pt",
     "dfd34210a1a3375793d149a55d9b49e6e8b783458bdd4cd76fd28fa2d61dbb37",
     kDinov3DetectorLicence},
    {"dinov3/vitt16plus-ltdetr-coco",
     kCheckpoints,
     "dinov3_vitt16plus_ltdetr_coco_251218_af499c82.pt",
     "af499c825436013098a77a028ff5cf08dbf31118f4d68b15eefa6fdd9635f5d2",
     kDinov3DetectorLicence},
    {"dinov3/vits16-ltdetr-coco",
     kCheckpoints,
     "dinov3_vits16_ltdetr_coco_251218_4812416b.pt",
     "4812416b861a80f305889cf1408775044c8b05f1baf9be45cd4b1d0edd5d4532",
     kDinov3DetectorLicence},
    {"dinov2/vits14-noreg-ltdetr-coco",
     kCheckpoints,
     "dinov2_vits14_noreg_ltdetr_coco_251218_4e1f523d.pt",
     "4e1f523db68c94516ee5b35a91f24267657af474bea58b52a7f7e51ec2d8f717",
     kApacheDetectorLicence},
    {"edgecrafter/ecvitt-ltdetr-coco",
     kCheckpoints,
     "edgecrafter_ecvitt_ltdetr_coco_260624_f8aefe49.pt",
     "f8aefe499be1579c55bfcb288f623399ea5f4efef0c5a5f00960663efeda4f49",
     kApacheDetectorLicence},
    {"ltdetrv2-s-coco",
     kCheckpoints,
     "edgecrafter_ecvitt_ltdetr_coco_260624_f8aefe49.pt",
     "f8aefe499be1579c55bfcb288f623399ea5f4efef0c5a5f00960663efeda4f49",
     kApacheDetectorLicence},
    {"edgecrafter/ecvittplus-ltdetr-coco",
     kCheckpoints,
     "edgecrafter_ecvittplus_ltdetr_coco_260720_723357e9.pt",
     "723357e921c77f8041f44875f5edce8645412ccc5d13fb7dca93271d525c1641",
     kApacheDetectorLicence},
    {"ltdetrv2-m-coco",
     kCheckpoints,
     "edgecrafter_ecvittplus_ltdetr_coco_260720_723357e9.pt",
     "723357e921c77f8041f44875f5edce8645412ccc5d13fb7dca93271d525c1641",
     kApacheDetectorLicence},
    {"edgecrafter/ecvits-ltdetr-coco",
     kCheckpoints,
     "edgecrafter_ecvits_ltdetr_coco_260720_62ff87cd.pt",
     "62ff87cd792c87e00f53da0c62ae91a63927e0ce2088c5cf018edffa513ccb6c",
     kApacheDetectorLicence},
    {"ltdetrv2-l-coco",
     kCheckpoints,
     "edgecrafter_ecvits_ltdetr_coco_260720_62ff87cd.pt",
     "62ff87cd792c87e00f53da0c62ae91a63927e0ce2088c5cf018edffa513ccb6c",
     kApacheDetectorLicence},
};

constexpr PublishedWeights kBackbones[] = {
    {"dinov3/vitt16", kDinov3, "dinov3_vitt16_distillationv2.pth", "", kDinov3Licence},
    {"dinov3/vitt16plus", kDinov3, "dinov3_vitt16plus_distillationv2.pth", "", kDinov3Licence},
    {"dinov3/vits16", kDinov3, "dinov3_vits16_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/vitb16", kDinov3, "dinov3_vitb16_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/vitl16", kDinov3, "dinov3_vitl16_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/convnext-tiny", kDinov3, "dinov3_convnext_tiny_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/convnext-small", kDinov3, "dinov3_convnext_small_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/convnext-base", kDinov3, "dinov3_convnext_base_lvd1689m.pth", "", kDinov3Licence},
    {"dinov3/convnext-large", kDinov3, "dinov3_convnext_large_lvd1689m.pth", "", kDinov3Licence},
    {"dinov2/vits14",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14",
     "dinov2_vits14_reg4_pretrain.pth",
     "",
     kApache},
    {"dinov2/vits14-noreg",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14",
     "dinov2_vits14_pretrain.pth",
     "",
     kApache},
    {"dinov2/vitb14",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitb14",
     "dinov2_vitb14_reg4_pretrain.pth",
     "",
     kApache},
    {"dinov2/vitb14-noreg",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitb14",
     "dinov2_vitb14_pretrain.pth",
     "",
     kApache},
    {"dinov2/vitl14",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14",
     "dinov2_vitl14_reg4_pretrain.pth",
     "",
     kApache},
    {"dinov2/vitl14-noreg",
     "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14",
     "dinov2_vitl14_pretrain.pth",
     "",
     kApache},
    {"edgecrafter/ecvitt", kEdgeCrafter, "ecvitt.pth", "", kApache},
    {"edgecrafter/ecvittplus", kEdgeCrafter, "ecvittplus.pth", "", kApache},
    {"edgecrafter/ecvits", kEdgeCrafter, "ecvits.pth", "", kApache},
    {"edgecrafter/ecvitsplus", kEdgeCrafter, "ecvitsplus.pth", "", kApache},
};

const PublishedWeights* find(std::span<const PublishedWeights> all,
                             std::string_view name) noexcept {
  const auto found = std::ranges::find(all, name, &PublishedWeights::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::span<const PublishedWeights> published_detectors() noexcept { return kDetectors; }
std::span<const PublishedWeights> published_backbones() noexcept { return kBackbones; }

const PublishedWeights* find_published_detector(std::string_view name) noexcept {
  return find(kDetectors, name);
}

const PublishedWeights* find_published_backbone(std::string_view name) noexcept {
  return find(kBackbones, name);
}

}  // namespace saker
