// Compares the documents that are served with those of a kube-apiserver, as recorded in
// testdata/openapi. Descriptions do not count.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/openapi/pack.h"
#include "src/patch/json.h"
#include "src/verbs/test_api.h"

namespace k8snet::server {
namespace {

using ::testing::IsEmpty;

const std::string kFolder = std::string(K8SNET_SOURCE_DIR) + "/testdata/openapi/";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The recorded documents by name.
Json Recorded() {
  const std::string packed = ReadFile(kFolder + "newest.json.gz");
  if (packed.size() < 8) {
    return Json(Json::Object{});
  }
  // The size stands in the last four bytes.
  std::size_t size = 0;
  for (std::size_t i = 1; i <= 4; ++i) {
    size = (size << 8U) | static_cast<unsigned char>(packed[packed.size() - i]);
  }
  auto parsed = ParseJson(Unpack({.bytes = packed, .plain_size = size, .gzip = true}));
  return parsed ? std::move(parsed->value) : Json();
}

void RemoveDescriptions(Json& value) {
  if (Json::Object* object = value.AsObject()) {
    if (const auto it = object->find("description");
        it != object->end() && it->second.AsString() != nullptr) {
      object->erase(it);
    }
    for (auto& [name, member] : *object) {
      RemoveDescriptions(member);
    }
  } else if (Json::Array* array = value.AsArray()) {
    for (Json& item : *array) {
      RemoveDescriptions(item);
    }
  }
}

// Puts shared parameters in the place of references to them, and lists without an order into one.
void Normalize(Json& document) {
  RemoveDescriptions(document);
  const Json shared = document.Find("parameters") ? *document.Find("parameters") : Json();
  const auto normalize = [&](Json& parameters) {
    for (Json& parameter : *parameters.AsArray()) {
      if (const Json* reference = parameter.Find("$ref")) {
        const std::string name =
            reference->AsString()->substr(std::string_view("#/parameters/").size());
        parameter = Json(*shared.Find(name));
      }
    }
    std::sort(parameters.AsArray()->begin(), parameters.AsArray()->end(),
              [](const Json& a, const Json& b) {
                return *a.Find("name")->AsString() < *b.Find("name")->AsString();
              });
  };
  for (auto& [path, item] : *document.Find("paths")->AsObject()) {
    for (auto& [name, member] : *item.AsObject()) {
      if (name == "parameters") {
        normalize(member);
        continue;
      }
      if (Json* parameters = member.Find("parameters")) {
        normalize(*parameters);
      }
      for (const char* list : {"consumes", "produces"}) {
        if (Json* types = member.Find(list)) {
          std::sort(types->AsArray()->begin(), types->AsArray()->end(),
                    [](const Json& a, const Json& b) { return *a.AsString() < *b.AsString(); });
        }
      }
    }
  }
  document.AsObject()->erase("parameters");
}

// Appends a line for each difference.
void Compare(const std::string& where, const Json& ours, const Json& theirs,
             std::vector<std::string>& lines) {
  const Json::Object* object = ours.AsObject();
  const Json::Object* other = theirs.AsObject();
  if (object != nullptr && other != nullptr) {
    for (const auto& [name, member] : *object) {
      if (const Json* their = theirs.Find(name)) {
        Compare(where + " " + name, member, *their, lines);
      } else {
        lines.push_back(where + " " + name + ": only here");
      }
    }
    for (const auto& [name, member] : *other) {
      if (ours.Find(name) == nullptr) {
        lines.push_back(where + " " + name + ": not here");
      }
    }
    return;
  }
  const Json::Array* array = ours.AsArray();
  const Json::Array* list = theirs.AsArray();
  if (array != nullptr && list != nullptr && array->size() == list->size()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      Compare(where + " " + std::to_string(i), (*array)[i], (*list)[i], lines);
    }
    return;
  }
  if (ours != theirs) {
    lines.push_back(where + ": " + ours.ToString() + " instead of " + theirs.ToString());
  }
}

TEST(OpenApiRecording, DocumentsAreTheRecordedOnesButForListedDifferences) {
  TestApi api;
  const Json recorded = Recorded();
  ASSERT_NE(recorded.AsObject(), nullptr);
  ASSERT_EQ(recorded.AsObject()->size(), 9U);
  std::vector<std::string> lines;
  for (const auto& [name, document] : *recorded.AsObject()) {
    const TestAnswer answer = api.Send("GET", "/openapi/" + name);
    ASSERT_EQ(answer.status, 200) << name;
    auto ours = ParseJson(answer.body);
    ASSERT_TRUE(ours) << name;
    Json theirs = document;
    Normalize(ours->value);
    Normalize(theirs);
    Compare(name, ours->value, theirs, lines);
  }

  std::ifstream file(kFolder + "differences.tsv");
  ASSERT_TRUE(file);
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << "no reason: " << line;
    const std::regex pattern(line.substr(0, tab));
    const std::size_t known = std::erase_if(
        lines, [&](const std::string& text) { return std::regex_search(text, pattern); });
    EXPECT_GT(known, 0U) << "is no difference any more: " << line;
  }
  EXPECT_THAT(lines, IsEmpty());
}

}  // namespace
}  // namespace k8snet::server
