#include "data/data_settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/settings_reader.hpp"
#include "core/yaml.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

fs::path write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
  return path;
}

DataArgs path_only(const fs::path& path) {
  DataArgs args;
  args.path = path.string();
  return args;
}

std::string message_of(const DataArgs& args, ErrorKind kind) {
  try {
    resolve_data(args);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

std::vector<std::string> problems_of(const std::string& yaml) {
  SettingsProblems problems;
  data_from_value(parse_yaml(yaml, "test"), problems, ".", false);
  return problems.lines();
}

const char* const kGood = "train: images/train\nval: val/images\nnames: {5: e, 2: b}\n";

TEST(DataSettings, ReadsAFileRelativeToItsFolder) {
  const test::TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  const fs::path file =
      write(folder / "sets/data.yaml",
            std::string(kGood) +
                "path: ../root\ntest: t\nignore_classes: [2]\nskip_if_label_file_missing: true\n");
  const ResolvedData data = resolve_data(path_only(file));
  EXPECT_EQ(data.args.path, (root / "root").string());
  EXPECT_EQ(data.args.train, "images/train");
  EXPECT_EQ(data.args.val, "val/images");
  EXPECT_EQ(data.args.test, "t");
  EXPECT_EQ(data.args.names, (ClassNames{{5, "e"}, {2, "b"}}));
  EXPECT_EQ(data.args.ignore_classes, std::vector<std::int64_t>{2});
  EXPECT_TRUE(data.args.skip_if_label_file_missing);
  EXPECT_TRUE(data.warnings.empty());
  // Resolved data resolve to themselves.
  EXPECT_EQ(resolve_data(data.args).args.path, data.args.path);
}

TEST(DataSettings, AFileWithoutPathMeansItsOwnFolder) {
  const test::TemporaryFolder folder;
  const fs::path file = write(folder / "sets/data.yml", kGood);
  EXPECT_EQ(resolve_data(path_only(file)).args.path, fs::canonical(folder / "sets").string());
  SettingsProblems problems;
  EXPECT_EQ(data_from_value("sets/data.yml", problems, folder.path(), false).args.path,
            fs::canonical(folder / "sets").string());
}

TEST(DataSettings, AFolderMeansItsDataYamlOrItsOnlyOne) {
  const test::TemporaryFolder folder;
  write(folder / "set/scenes.yml", kGood);
  EXPECT_EQ(resolve_data(path_only(folder / "set")).args.path,
            fs::canonical(folder / "set").string());
  write(folder / "set/other.yaml", "no data set");
  EXPECT_NE(
      message_of(path_only(folder / "set"), ErrorKind::kUsage).find("nor a folder with a data"),
      std::string::npos);
  write(folder / "set/data.yaml", std::string(kGood) + "path: root\n");
  EXPECT_EQ(resolve_data(path_only(folder / "set")).args.path,
            (fs::canonical(folder / "set") / "root").string());
}

TEST(DataSettings, LinksInThePathAreResolved) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "real");
  fs::create_directory_symlink(folder / "real", folder / "link");
  DataArgs args = path_only(folder / "link");
  args.train = "images/a";
  args.val = "images/b";
  args.names = {{0, "a"}};
  EXPECT_EQ(resolve_data(args).args.path, fs::canonical(folder / "real").string());
}

TEST(DataSettings, ForeignKeysOfAFileGiveOneWarning) {
  const test::TemporaryFolder folder;
  const fs::path file = write(folder / "data.yaml", std::string(kGood) + "nc: 2\ndownload: x\n");
  const ResolvedData data = resolve_data(path_only(file));
  ASSERT_EQ(data.warnings.size(), 1U);
  EXPECT_NE(data.warnings[0].find("data.yaml: "), std::string::npos);
  EXPECT_NE(data.warnings[0].find("'nc', 'download'"), std::string::npos);
  const fs::path coco =
      write(folder / "coco_key.yaml", std::string(kGood) + "skip_if_annotations_missing: true\n");
  EXPECT_NE(message_of(path_only(coco), ErrorKind::kUsage).find("skip_if_annotations_missing"),
            std::string::npos);
}

TEST(DataSettings, ProblemsOfAFileNameIt) {
  const test::TemporaryFolder folder;
  const fs::path file = write(folder / "data.yaml", "train: images\nval: val\n");
  const std::string message = message_of(path_only(file), ErrorKind::kUsage);
  EXPECT_NE(message.find("data.yaml"), std::string::npos);
  EXPECT_NE(message.find("data.yolo.val"), std::string::npos);
  EXPECT_NE(message.find("Missing key: 'data.yolo.names'"), std::string::npos);
  const fs::path list = write(folder / "list.yaml", "- a\n");
  EXPECT_NE(message_of(path_only(list), ErrorKind::kUsage).find("must hold a map"),
            std::string::npos);
  message_of(path_only(folder / "nowhere.yaml"), ErrorKind::kIo);
}

TEST(DataSettings, TheStructIsCheckedToo) {
  DataArgs args;
  args.train = "my_images/train";
  const std::string message = message_of(args, ErrorKind::kUsage);
  for (const char* part :
       {"'data.yolo.path'", "'data.yolo.train'", "'data.yolo.val'", "'data.yolo.names'"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part;
  }
  const test::TemporaryFolder folder;
  const fs::path file = write(folder / "data.yaml", kGood);
  args.path = file.string();
  EXPECT_NE(message_of(args, ErrorKind::kUsage).find("is a file"), std::string::npos);
  EXPECT_NE(message_of(path_only(folder / "none"), ErrorKind::kUsage).find("YAML file"),
            std::string::npos);
}

TEST(DataSettings, NamesMayBeAListOrHaveTextKeys) {
  SettingsProblems problems;
  const Value list = parse_yaml("{path: d, train: images, val: images, names: [x, y]}", "test");
  EXPECT_EQ(data_from_value(list, problems, ".", false).args.names,
            (ClassNames{{0, "x"}, {1, "y"}}));
  const Value text =
      parse_yaml("{path: d, train: images, val: images, names: {'7': x, '-1': y}}", "test");
  EXPECT_EQ(data_from_value(text, problems, ".", false).args.names,
            (ClassNames{{7, "x"}, {-1, "y"}}));
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(problems_of("{path: d, train: images, val: images, names: {'1x': x}}").size(), 1U);
  EXPECT_EQ(problems_of("{path: d, train: images, val: images, names: {'1': x, 1: y}}").size(), 1U);
  EXPECT_EQ(problems_of("{path: d, train: images, val: images, names: 3}").size(), 1U);
}

Value from_json(const nlohmann::ordered_json& json, bool integer_keys = false) {
  if (json.is_object()) {
    Value::Object object;
    for (const auto& [key, value] : json.items()) {
      if (integer_keys) {
        object.emplace_back(std::int64_t{std::stoll(key)}, from_json(value));
      } else {
        object.emplace_back(key, from_json(value));
      }
    }
    return object;
  }
  if (json.is_array()) {
    Value::Array array;
    for (const auto& value : json) array.push_back(from_json(value));
    return array;
  }
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return {};
}

void expect_accepted(const DataArgs& args,
                     const nlohmann::ordered_json& expected,
                     const std::string& name) {
  EXPECT_EQ(fs::path(args.path).filename().string(), expected.at("path").get<std::string>())
      << name;
  EXPECT_EQ(args.train, expected.at("train").get<std::string>()) << name;
  EXPECT_EQ(args.val, expected.at("val").get<std::string>()) << name;
  EXPECT_EQ(args.test, expected.at("test").is_null() ? "" : expected.at("test").get<std::string>())
      << name;
  EXPECT_EQ(args.skip_if_label_file_missing, expected.at("skip_if_label_file_missing").get<bool>())
      << name;
  ClassNames names;
  for (const auto& [id, text] : expected.at("names").items())
    names.emplace_back(std::stoll(id), text.get<std::string>());
  EXPECT_EQ(args.names, names) << name;
  std::vector<std::int64_t> ignored;
  if (!expected.at("ignore_classes").is_null())
    ignored = expected.at("ignore_classes").get<std::vector<std::int64_t>>();
  EXPECT_EQ(args.ignore_classes, ignored) << name;
}

TEST(DataSettings, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/config_cases.json");
  const auto golden = test::read_json(path);
  nlohmann::ordered_json accepted;
  int checked = 0;
  for (const auto& entry : golden.at("cases")) {
    if (!entry.at("top").empty()) continue;
    const auto name = entry.at("name").get<std::string>();
    if (name == "base") accepted = entry.at("accepted").at("data");
    if (name == "names_list" || name == "names_string_keys") continue;  // accepted here
    auto data = golden.at("base").at("data");
    for (const auto& [key, value] : entry.at("data").items()) {
      if (value == "<delete>") {
        data.erase(key);
      } else {
        data[key] = value;
      }
    }
    Value value;
    value = Value::Object();
    for (const auto& [key, member] : data.items())
      value[key] = from_json(member, key == "names" && member.is_object());
    SettingsProblems problems;
    const ResolvedData resolved = data_from_value(value, problems, ".", false);
    ++checked;
    if (!entry.contains("error")) {
      EXPECT_TRUE(problems.empty()) << name;
      expect_accepted(
          resolved.args,
          entry.at("accepted").contains("data") ? entry.at("accepted").at("data") : accepted,
          name);
      continue;
    }
    ASSERT_EQ(problems.lines().size(), 1U) << name;
    // The reference names some values only by their type or index; those lie below names,
    // ignore_classes and train.
    const auto key = entry.at("error_keys")[0].get<std::string>();
    const std::string expected = name == "names_value_int" ? "data.yolo.names.0"
                                 : name == "ignore_string" ? "data.yolo.ignore_classes[0]"
                                 : name == "train_list"    ? "data.yolo.train"
                                                           : key;
    EXPECT_NE(problems.lines()[0].find("'" + expected + "'"), std::string::npos)
        << name << ": " << problems.lines()[0];
  }
  EXPECT_GE(checked, 20);
}

}  // namespace
}  // namespace saker
