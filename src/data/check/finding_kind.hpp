// Everything that a check can find.
#pragma once

#include "saker/data_check.hpp"

namespace saker {

enum class FindingKind {
  // Errors: training would stop.
  kSplitEmpty,
  kFolderUnreadable,
  kLabelUnreadable,
  kLabelSyntax,
  kClassUnknown,
  kAnnotationInvalid,
  kImageMissing,
  kImageUnreadable,
  kImageEmpty,
  kImageDamaged,
  // Warnings.
  kImagePartlyDamaged,
  kImageIgnored,
  kImageSize,
  kImageListedTwice,
  kImageCopy,
  kImageCopyAcrossSplits,
  kSplitsOverlap,
  kExifLabels,
  kCategoryUnknown,
  kCategoryRenamed,
  kLabelPolygon,
  kLabelClassFraction,
  kLabelShared,
  kLabelWithoutImage,
  kLabelFolderMissing,
  kBoxDegenerate,
  kBoxOutside,
  kBoxClipped,
  kBoxTiny,
  kBoxRepeated,
  kSplitWithoutBoxes,
  kSplitSizes,
  kClassWithoutBoxes,
  kClassOnlyInVal,
  kNamesEqual,
  kLinkLoop,
  // Notes.
  kLabelMissing,
  kLabelEmpty,
  kLabelLineRepeated,
  kLabelSixthColumn,
  kImageRotated,
  kImageShape,
  kImageSmall,
  kExtensionDiffers,
  kFewBoxes,
  kClassWithoutValBoxes,
  kClassInOneImage,
  kClassImbalance,
  kSplitOfOneImage,
  kNamesOdd,
  kIgnoredClassUnknown,
  kFileIgnored,
  kDataKeys,
};

struct FindingKindText {
  FindingKind kind;
  FindingSeverity severity;
  const char* word;  // DataFindingGroup::kind
  const char* title;
  const char* effect;
  const char* remedy;
};

const FindingKindText& text_of(FindingKind kind);

}  // namespace saker
