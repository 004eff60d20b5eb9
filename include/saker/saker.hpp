// Everything that a program needs: training, models, predictions, images, files, errors.
#pragma once

#include "saker/convert.hpp"
#include "saker/data_check.hpp"
#include "saker/data_convert.hpp"
#include "saker/data_preview.hpp"
#include "saker/detections.hpp"
#include "saker/error.hpp"
#include "saker/evaluate.hpp"
#include "saker/file_prediction.hpp"
#include "saker/image.hpp"
#include "saker/model.hpp"
#include "saker/run_report.hpp"
#include "saker/sahi.hpp"
#include "saker/train.hpp"
#include "saker/value.hpp"
