#include "src/cli/decode.h"

#include <set>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::cli {
namespace {

constexpr std::size_t kMaxTrials = 20'000;

// Finds the values that the decoder refuses: decodes each value alone, in the place where it
// stands, with nothing in it but itself.
class Blame {
 public:
  Blame(const Document& document, const ObjectAt& object, Reporter& reporter)
      : document_(document), object_(object), reporter_(reporter) {}

  // Returns how many were found.
  std::size_t Run() {
    Look(*object_.value, "", "", "");
    return found_;
  }

 private:
  void Look(const Json& value, const std::string& path, const std::string& before,
            const std::string& after) {
    if (++trials_ > kMaxTrials) {
      return;
    }
    const Json::Object* map = value.AsObject();
    const Json::Array* list = value.AsArray();
    const std::string alone = map != nullptr ? "{}" : list != nullptr ? "[]" : value.ToString();
    if (const auto decoded = DecodeJson(object_.type(), before + alone + after); !decoded) {
      ++found_;
      reporter_.Field(document_, object_, path, decoded.error().message);
      return;
    }
    if (map != nullptr) {
      for (const auto& [key, item] : *map) {
        std::string name = "{";
        AppendJsonString(key, name);
        const bool plain = key.find_first_of(".[]") == std::string::npos;
        std::string below = path;
        below += plain ? (path.empty() ? "" : ".") + key : "[" + key + "]";
        Look(item, below, before + name + ":", "}" + after);
      }
    } else if (list != nullptr) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        Look((*list)[i], path + "[" + std::to_string(i) + "]", before + "[", "]" + after);
      }
    }
  }

  const Document& document_;
  const ObjectAt& object_;
  Reporter& reporter_;
  std::size_t trials_ = 0;
  std::size_t found_ = 0;
};

void LookForDuplicates(const SourceNode& node, const std::string& path,
                       std::vector<std::pair<std::size_t, std::string>>& found) {
  std::set<std::string_view> keys;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const SourceMember& member = node.members[i];
    std::string below = path;
    if (node.form == SourceNode::Form::kMap) {
      const bool plain = member.key.find_first_of(".[]") == std::string::npos;
      below += plain ? (path.empty() ? "" : ".") + member.key : "[" + member.key + "]";
      if (!keys.insert(member.key).second) {
        found.emplace_back(member.begin, below);
      }
    } else {
      below += "[" + std::to_string(i) + "]";
    }
    LookForDuplicates(member.value, below, found);
  }
}

}  // namespace

std::optional<DecodedObject> DecodeObject(const Document& document, const ObjectAt& object,
                                          Reporter& reporter) {
  auto decoded = DecodeJson(object.type(), object.value->ToString(), {.limits = kLimits});
  if (!decoded) {
    if (Blame(document, object, reporter).Run() == 0) {
      reporter.Field(document, object, "", decoded.error().message);
    }
    return std::nullopt;
  }
  DecodedObject result{std::move(decoded->object).Freeze(), {}};
  constexpr std::string_view kUnknown = "unknown field \"";
  for (const std::string& finding : decoded->findings) {
    if (finding.starts_with(kUnknown)) {
      result.unknown.push_back(
          finding.substr(kUnknown.size(), finding.size() - kUnknown.size() - 1));
    }
  }
  return result;
}

bool ReportDuplicates(const Document& document, const ObjectAt& object, Reporter& reporter) {
  if (!document.duplicates || !reporter.manifest().has_places()) {
    return false;
  }
  const Place place = Locate(reporter.manifest().RootOf(document), object.path);
  if (!place.exact) {
    return false;
  }
  std::vector<std::pair<std::size_t, std::string>> found;
  LookForDuplicates(*place.node, "", found);
  for (const auto& [offset, path] : found) {
    reporter.At(document.begin + offset, object.PathOf(path), "duplicate field");
  }
  return !found.empty();
}

Json ToJson(const Object& object) { return ParseKnownJson(EncodeJson(object)); }

void Differences(const Json& a, const Json& b, const std::string& path,
                 std::vector<std::string>& paths) {
  if (a == b) {
    return;
  }
  const Json::Object* map_a = a.AsObject();
  const Json::Object* map_b = b.AsObject();
  const auto below = [&](const std::string& key) {
    const bool plain = key.find_first_of(".[]") == std::string::npos;
    return path + (plain ? (path.empty() ? "" : ".") + key : "[" + key + "]");
  };
  if (map_a != nullptr && map_b != nullptr) {
    for (const auto& [key, value] : *map_a) {
      const Json* other = b.Find(key);
      if (other == nullptr) {
        paths.push_back(below(key));
      } else {
        Differences(value, *other, below(key), paths);
      }
    }
    for (const auto& [key, value] : *map_b) {
      if (a.Find(key) == nullptr) {
        paths.push_back(below(key));
      }
    }
    return;
  }
  const Json::Array* list_a = a.AsArray();
  const Json::Array* list_b = b.AsArray();
  if (list_a != nullptr && list_b != nullptr && list_a->size() == list_b->size()) {
    for (std::size_t i = 0; i < list_a->size(); ++i) {
      Differences((*list_a)[i], (*list_b)[i], path + "[" + std::to_string(i) + "]", paths);
    }
    return;
  }
  paths.push_back(path);
}

}  // namespace k8snet::cli
