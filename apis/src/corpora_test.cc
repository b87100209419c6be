// Decodes and encodes the objects that kubernetes/api keeps of each release.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/codec/yaml.h"
#include "src/rapidjson_document.h"

namespace k8snet {
namespace {

namespace fs = std::filesystem;
namespace rj = ::k8snet_rapidjson;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path CorporaFolder() {
  const char* given = std::getenv("K8SNET_CORPORA");
  return given != nullptr ? fs::path(given)
                          : fs::path(K8SNET_SOURCE_DIR).parent_path() / "shared" / "corpora";
}

bool IsEmpty(const rj::Value& value) {
  switch (value.GetType()) {
    case rj::kNullType:
    case rj::kFalseType:
      return true;
    case rj::kObjectType:
      return std::all_of(value.MemberBegin(), value.MemberEnd(),
                         [](const auto& member) { return IsEmpty(member.value); });
    case rj::kArrayType:
      return value.Empty();
    case rj::kStringType:
      return value.GetStringLength() == 0;
    case rj::kNumberType:
      return value.GetDouble() == 0;
    default:
      return false;
  }
}

std::string_view Name(const rj::Value::Member& member) {
  return {member.name.GetString(), member.name.GetStringLength()};
}

// Compares an object as a release wrote it with ours. A release's text may lack members that are
// always written by now, and have members that are gone, and a null for the zero time.
void CompareJson(const Type& type, const rj::Value& theirs, const rj::Value& ours,
                 const std::string& path) {
  SCOPED_TRACE(path);
  const auto compare_one = [&](const Field& field, const rj::Value& a, const rj::Value& b) {
    if (field.kind == Kind::kMessage && a.IsObject() && b.IsObject()) {
      CompareJson(*field.type, a, b, path + "." + std::string(field.json_name));
    } else {
      EXPECT_TRUE(a == b) << field.json_name;
    }
  };
  auto their = theirs.MemberBegin();
  for (auto our = ours.MemberBegin(); our != ours.MemberEnd(); ++our) {
    const Field* field = type.Find(Name(*our));
    const auto gone = [&] {
      return their != theirs.MemberEnd() && Name(*their) != Name(*our) &&
             ((type.Find(Name(*their)) == nullptr &&
               !(type.is_kind && (Name(*their) == "kind" || Name(*their) == "apiVersion"))) ||
              (their->value.IsNull() && ours.FindMember(their->name) == ours.MemberEnd()));
    };
    while (gone()) {
      ++their;
    }
    if (their == theirs.MemberEnd() || Name(*their) != Name(*our)) {
      EXPECT_TRUE(IsEmpty(our->value)) << "only ours has " << Name(*our);
      continue;
    }
    if (field == nullptr) {
      EXPECT_TRUE(their->value == our->value) << Name(*our);
    } else if (our->value.IsArray() && their->value.IsArray()) {
      ASSERT_EQ(our->value.Size(), their->value.Size());
      for (rj::SizeType i = 0; i < our->value.Size(); ++i) {
        compare_one(*field, their->value[i], our->value[i]);
      }
    } else {
      compare_one(*field, their->value, our->value);
    }
    ++their;
  }
  for (; their != theirs.MemberEnd(); ++their) {
    EXPECT_TRUE(type.Find(Name(*their)) == nullptr || their->value.IsNull())
        << "ours lacks " << Name(*their);
  }
}

class Corpora : public ::testing::Test {
 protected:
  // Checks the three files of `stem`, and that ours are the same bytes if `newest`.
  void Check(const Type& type, const fs::path& stem, bool newest) {
    SCOPED_TRACE(stem.string());
    const std::string json = ReadFile(stem.string() + ".json");
    auto decoded = DecodeJson(type, json);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->kind, type.name);
    EXPECT_EQ(decoded->api_version, type.api_version);
    if (newest) {
      EXPECT_THAT(decoded->findings, ::testing::IsEmpty());
    }
    const Object object = std::move(decoded->object).Freeze();

    const std::string wire = ReadFile(stem.string() + ".pb");
    auto from_wire = DecodeProtobuf(type, wire);
    ASSERT_TRUE(from_wire) << from_wire.error().message;
    EXPECT_EQ(from_wire->kind, type.name);
    const Object wire_object = std::move(from_wire->object).Freeze();
    EXPECT_TRUE(wire_object == object)
        << EncodeJson(wire_object, JsonStyle::kPretty) << EncodeJson(object, JsonStyle::kPretty);

    auto from_cbor = DecodeCbor(type, EncodeCbor(object));
    ASSERT_TRUE(from_cbor) << from_cbor.error().message;
    EXPECT_TRUE(std::move(from_cbor->object).Freeze() == object);

    const std::string yaml = ReadFile(stem.string() + ".yaml");
    auto from_yaml = DecodeYaml(type, yaml);
    ASSERT_TRUE(from_yaml) << from_yaml.error().message;
    EXPECT_TRUE(std::move(from_yaml->object).Freeze() == object);
    EXPECT_EQ(JsonToYaml(json), yaml);

    const std::string our_json = EncodeJson(object, JsonStyle::kPretty);
    const std::string our_wire = EncodeProtobuf(object);
    if (newest) {
      EXPECT_EQ(our_json, json);
      EXPECT_EQ(our_wire, wire);
      EXPECT_EQ(EncodeYaml(object), yaml);
      return;
    }
    rj::Document theirs;
    rj::Document ours;
    theirs.Parse(json.data(), json.size());
    ours.Parse(our_json.data(), our_json.size());
    CompareJson(type, theirs, ours, std::string(type.name));
    if (decoded->findings.empty()) {
      EXPECT_EQ(our_wire, wire);
    }
    auto again = DecodeProtobuf(type, our_wire);
    ASSERT_TRUE(again);
    EXPECT_TRUE(std::move(again->object).Freeze() == object);
  }
};

TEST_F(Corpora, EveryReleaseIsUnderstood) {
  const fs::path folder = CorporaFolder() / "api-testdata";
  if (!fs::is_directory(folder)) {
    GTEST_SKIP() << "no corpora at " << folder << "; set K8SNET_CORPORA";
  }
  std::vector<fs::path> releases;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) {
      releases.push_back(entry.path());
    }
  }
  std::sort(releases.begin(), releases.end());
  int files = 0;
  for (const Resource& resource : AllResources()) {
    const Type& type = *resource.type;
    const std::string name = std::string(type.group.empty() ? "core" : type.group) + "." +
                             std::string(type.version) + "." + std::string(type.name);
    bool newest = true;
    for (auto release = releases.rbegin(); release != releases.rend(); ++release) {
      if (!fs::exists(*release / (name + ".json"))) {
        continue;
      }
      // The last form of a version that is still served as it was then.
      const bool same_bytes = newest && *release >= folder / "v1.33";
      Check(type, *release / name, same_bytes);
      newest = false;
      ++files;
    }
  }
  EXPECT_GT(files, 0);
  std::printf("%d objects of %zu releases\n", files, releases.size());
}

}  // namespace
}  // namespace k8snet
