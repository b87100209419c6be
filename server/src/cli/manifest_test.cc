#include "src/cli/manifest.h"

#include <gtest/gtest.h>

namespace k8snet::cli {
namespace {

TEST(ReadManifest, CutsTextIntoDocuments) {
  struct Case {
    const char* text;
    Format format;
    std::vector<std::string> documents;
  };
  const Case cases[] = {
      {"", Format::kYaml, {}},
      {"# c\n---\n\n---\n", Format::kYaml, {}},
      {"a: 1\n---\nb: 2\n", Format::kYaml, {"a: 1\n", "\nb: 2\n"}},
      {"--- {a: 1}\n---x: 1\n...\n# c\n", Format::kYaml, {" {a: 1}\n---x: 1\n"}},
      {"%YAML 1.1\n---\na: 1\n...\nb: 2", Format::kYaml, {"\na: 1\n", "\nb: 2"}},
      {"\xEF\xBB\xBF"
       "a: 1\r\n--- \r\nb: 2\r\n",
       Format::kYaml,
       {"a: 1\r\n", " \r\nb: 2\r\n"}},
      {" {\"a\":1}\n{\"b\":2} ", Format::kJson, {"{\"a\":1}", "{\"b\":2}"}},
      {"{\"a\":1}\n---\nb: 2\n", Format::kYaml, {"{\"a\":1}\n", "\nb: 2\n"}},
      {"{a: 1}\n", Format::kYaml, {"{a: 1}\n"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const Manifest manifest = ReadManifest("x", c.text);
    EXPECT_EQ(manifest.format, c.format);
    std::vector<std::string> documents;
    for (const Document& document : manifest.documents) {
      documents.emplace_back(manifest.TextOf(document));
    }
    EXPECT_EQ(documents, c.documents);
  }
}

TEST(ReadManifest, SaysWhyAFileCannotBeRead) {
  EXPECT_NE(ReadManifest("x", "\xFF\xFEx").error, "");
  const Manifest zero = ReadManifest("x", std::string("a: \0", 4));
  EXPECT_EQ(zero.error_at, 3U);
  const Manifest json = ReadManifest("x.json", "{\"a\": 1} {\"b\" 2}");
  ASSERT_EQ(json.documents.size(), 2U);
  EXPECT_EQ(json.documents[1].error, "invalid character '2' after object key");
  EXPECT_EQ(json.documents[1].begin + json.documents[1].error_at, 14U);
}

TEST(ObjectsOf, FindsItemsOfLists) {
  const Manifest manifest = ReadManifest("x", R"(
kind: List
apiVersion: v1
items:
- kind: Service
  apiVersion: v1
  metadata: {name: a, namespace: b}
- kind: IngressList
  apiVersion: extensions/v1beta1
  items:
  - metadata: {name: c}
- kind: Other
  apiVersion: x/v1
)");
  const Document& document = manifest.documents.at(0);
  const auto print = [&](Lists lists) {
    std::string out;
    for (const ObjectAt& object : ObjectsOf(document, lists)) {
      out += object.path + " " + object.api_version + " " + object.Name() +
             (object.resource == nullptr ? " unknown"
              : object.is_list           ? " list"
                                         : "") +
             "\n";
    }
    return out;
  };
  EXPECT_EQ(print(Lists::kItems),
            "items[0] v1 Service b/a\nitems[1].items[0] extensions/v1beta1 Ingress c\n"
            "items[2] x/v1 Other unknown\n");
  EXPECT_EQ(print(Lists::kWhole),
            "items[0] v1 Service b/a\nitems[1] extensions/v1beta1 IngressList list\n"
            "items[2] x/v1 Other unknown\n");
}

TEST(Locate, FindsFieldsByTheirPaths) {
  const std::string text =
      "metadata:\n  annotations:\n    a.b/c: 'x'\n    a: y\nspec:\n  rules:\n  - host: h\n    "
      "http:\n"
      "      paths: [{path: /}]\n  empty:\n";
  const Manifest manifest = ReadManifest("x", text);
  struct Case {
    const char* path;
    const char* value;  // What stands there.
    const char* key;
    bool exact;
  };
  const Case cases[] = {
      {"", "metadata", "metadata", true},
      {"metadata.annotations[a.b/c]", "'x'", "a.b/c", true},
      {"metadata.annotations.a.b/c", "'x'", "a.b/c", true},
      {"metadata.annotations[none]", "a.b/c", "annotations", false},
      {"spec.rules[0]", "host", "host", true},
      {"spec.rules[0].host", "h\n", "host", true},
      {"spec.rules[0].http.paths[0].path", "/}", "path: /", true},
      {"spec.rules[0].http.paths[0].pathType", "{path", "{path", false},
      {"spec.rules[1].host", "- host", "rules", false},
      {"spec.empty", "empty", "empty", true},
      {"spec.empty.more", "empty", "empty", false},
      {"status[", "metadata", "metadata", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path);
    const Place place = Locate(manifest.RootOf(manifest.documents.at(0)), c.path);
    EXPECT_EQ(text.substr(place.value, std::string_view(c.value).size()), c.value);
    EXPECT_EQ(text.substr(place.key, std::string_view(c.key).size()), c.key);
    EXPECT_EQ(place.exact, c.exact);
    EXPECT_EQ(FindPath(manifest.documents.at(0).value, c.path) != nullptr, c.exact);
  }
}

}  // namespace
}  // namespace k8snet::cli
