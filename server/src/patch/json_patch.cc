#include <charconv>
#include <optional>
#include <utility>

#include "src/patch/json.h"
#include "src/patch/patch.h"
#include "src/patch/patch_internal.h"

namespace k8snet::server {
namespace {

// What all operations of one patch may cost together, in values moved or looked at. Ten thousand
// operations on a long list would otherwise take minutes.
constexpr std::size_t kMaxWork = 50'000'000;

struct Operation {
  std::string op;
  std::optional<std::string> path;
  std::optional<std::string> from;
  Json value;  // Null if absent.
};

std::string DecodeToken(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out += token[++i] == '0' ? '~' : '/';
    } else {
      out += token[i];
    }
  }
  return out;
}

// A place: the container that holds it, and its name or index there.
struct Place {
  Json* container = nullptr;
  std::string key;
  std::size_t depth = 0;  // Of the place; members of the root have 2.
};

std::optional<std::int64_t> Integer(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') {
      return std::nullopt;
    }
  }
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// Returns the position that `key` names among `size` items, of which -1 is the last.
std::optional<std::size_t> Index(std::string_view key, std::size_t size) {
  const auto index = Integer(key);
  const auto count = static_cast<std::int64_t>(size);
  if (!index || *index >= count || *index < -count) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(*index < 0 ? *index + count : *index);
}

// The document while operations change it. A function that returns false has failed, and the
// document is then of no use.
class Target {
 public:
  explicit Target(Json root) : root_(std::move(root)) {}

  [[nodiscard]] bool Apply(Operation& operation) {
    if (!operation.path) {
      return false;
    }
    if (operation.op == "add") {
      return Add(*operation.path, std::move(operation.value));
    }
    if (operation.op == "remove") {
      return Remove(*operation.path).has_value();
    }
    if (operation.op == "replace") {
      return Replace(*operation.path, std::move(operation.value));
    }
    if (operation.op == "test") {
      return Test(*operation.path, operation.value);
    }
    if (!operation.from) {
      return false;
    }
    if (operation.op == "move") {
      auto moved = Remove(*operation.from);
      return moved && Add(*operation.path, *std::move(moved));
    }
    if (operation.op == "copy") {
      const auto place = Find(*operation.from);
      if (!place) {
        return false;
      }
      const Json* source = Get(*place);
      if (source == nullptr && place->container->AsArray() != nullptr) {
        return false;
      }
      // A member that does not exist is copied as null.
      Json copy = source == nullptr ? Json() : *source;
      copied_bytes_ += copy.ToString().size();
      return copied_bytes_ <= kMaxJsonPatchCopyBytes && Add(*operation.path, std::move(copy));
    }
    return false;
  }

  [[nodiscard]] bool exhausted() const { return work_ > kMaxWork; }
  [[nodiscard]] std::string ToString() const { return root_.ToString(); }

 private:
  // Returns the place that `path` names, whose container exists; the place itself need not.
  std::optional<Place> Find(std::string_view path) {
    const std::size_t first = path.find('/');
    if (first == std::string_view::npos) {
      return std::nullopt;
    }
    path.remove_prefix(first + 1);
    Place place{&root_, {}, 2};
    for (;;) {
      if (place.container->AsObject() == nullptr && place.container->AsArray() == nullptr) {
        return std::nullopt;
      }
      const std::size_t slash = path.find('/');
      place.key = DecodeToken(path.substr(0, slash));
      if (slash == std::string_view::npos) {
        return place;
      }
      path.remove_prefix(slash + 1);
      place.container = Get(place);
      ++place.depth;
      if (place.container == nullptr) {
        return std::nullopt;
      }
    }
  }

  static Json* Get(const Place& place) {
    Json::Array* array = place.container->AsArray();
    if (array == nullptr) {
      return place.container->Find(place.key);
    }
    const auto index = Index(place.key, array->size());
    return index ? &(*array)[*index] : nullptr;
  }

  // Whether `value` can stand at `place` without making the document too deep.
  bool Fits(const Place& place, const Json& value) {
    return place.depth + Depth(value, work_) <= kMaxJsonDepth + 2 && !exhausted();
  }

  bool Add(std::string_view path, Json value) {
    const auto place = Find(path);
    if (!place || !Fits(*place, value)) {
      return false;
    }
    Json::Array* array = place->container->AsArray();
    if (array == nullptr) {
      place->container->AsObject()->insert_or_assign(place->key, std::move(value));
      return true;
    }
    if (place->key == "-") {
      array->push_back(std::move(value));
      return true;
    }
    const auto index = Index(place->key, array->size() + 1);
    if (!index) {
      return false;
    }
    work_ += array->size() - *index;
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return !exhausted();
  }

  std::optional<Json> Remove(std::string_view path) {
    const auto place = Find(path);
    Json* found = place ? Get(*place) : nullptr;
    if (found == nullptr) {
      return std::nullopt;
    }
    Json value = std::move(*found);
    if (Json::Array* array = place->container->AsArray(); array != nullptr) {
      const std::ptrdiff_t index = found - array->data();
      work_ += array->size() - static_cast<std::size_t>(index);
      array->erase(array->begin() + index);
    } else {
      place->container->AsObject()->erase(place->key);
    }
    if (exhausted()) {
      return std::nullopt;
    }
    return value;
  }

  bool Replace(std::string_view path, Json value) {
    if (path.empty()) {
      if (value.AsObject() == nullptr && value.AsArray() == nullptr) {
        return false;
      }
      root_ = std::move(value);
      return true;
    }
    const auto place = Find(path);
    if (!place || !Fits(*place, value)) {
      return false;
    }
    if (Json* found = Get(*place); found != nullptr) {
      *found = std::move(value);
      return true;
    }
    if (place->container->AsObject() == nullptr) {
      return false;
    }
    place->container->AsObject()->insert_or_assign(place->key, std::move(value));
    return true;
  }

  bool Test(std::string_view path, const Json& value) {
    if (path.empty()) {
      return root_ == value;
    }
    const auto place = Find(path);
    if (!place) {
      return false;
    }
    const Json* found = Get(*place);
    if (found == nullptr) {
      return place->container->AsObject() != nullptr && value.IsNull();
    }
    return *found == value;
  }

  Json root_;
  std::size_t copied_bytes_ = 0;
  std::size_t work_ = 0;
};

// Takes the operations out of the patch, and notes members that none has.
Result<std::vector<Operation>> Operations(Json& patch, bool strict,
                                          std::vector<std::string>& findings) {
  if (patch.IsNull()) {
    return std::vector<Operation>();
  }
  const std::string_view where = strict ? "error decoding patch: " : "";
  if (patch.AsArray() == nullptr) {
    return Error(Reason::kBadRequest,
                 std::string(where) + internal::WrongShape(patch, strict ? "[]handlers.jsonPatchOp"
                                                                         : "jsonpatch.Patch"));
  }
  std::vector<Operation> operations;
  for (Json& item : *patch.AsArray()) {
    Operation& operation = operations.emplace_back();
    if (item.IsNull()) {
      continue;
    }
    if (item.AsObject() == nullptr) {
      return Error(Reason::kBadRequest,
                   std::string(where) + internal::WrongShape(item, strict ? "handlers.jsonPatchOp"
                                                                          : "jsonpatch.Operation"));
    }
    for (auto& [name, value] : *item.AsObject()) {
      if (name == "value") {
        operation.value = std::move(value);
        continue;
      }
      if (name != "op" && name != "path" && name != "from") {
        findings.push_back("json patch unknown field \"[" + std::to_string(operations.size() - 1) +
                           "]." + name + "\"");
        continue;
      }
      if (value.IsNull()) {
        continue;
      }
      if (value.AsString() == nullptr && !strict) {
        return internal::Rejected();
      }
      if (value.AsString() == nullptr) {
        return Error(Reason::kBadRequest, std::string(where) + "json: cannot unmarshal " +
                                              std::string(value.KindName()) +
                                              " into Go struct field jsonPatchOp." + name +
                                              " of type string");
      }
      if (name == "op") {
        operation.op = *value.AsString();
      } else {
        (name == "path" ? operation.path : operation.from) = *value.AsString();
      }
    }
  }
  return operations;
}

}  // namespace

Result<Patched> ApplyJsonPatch(std::string_view document, std::string_view patch, bool strict) {
  K8SNET_ASSIGN_OR_RETURN(ParsedJson parsed, internal::ParsePatch(patch));
  Patched patched;
  for (const std::string& path : parsed.duplicates) {
    // Members below `value` are data, which Kubernetes does not look into here.
    if (const auto dot = path.find('.'); path.find_first_of(".[", dot + 1) == std::string::npos) {
      patched.findings.push_back("json patch duplicate field \"" + path + "\"");
    }
  }
  K8SNET_ASSIGN_OR_RETURN(std::vector<Operation> operations,
                          Operations(parsed.value, strict, patched.findings));
  if (operations.size() > kMaxJsonPatchOperations) {
    return Error(Reason::kRequestEntityTooLarge,
                 "Request entity too large: The allowed maximum operations in a JSON patch is " +
                     std::to_string(kMaxJsonPatchOperations) + ", got " +
                     std::to_string(operations.size()));
  }
  if (patched.findings.size() > 100) {
    patched.findings.resize(100);
  }
  if (operations.empty()) {
    patched.document = std::string(document);
    return patched;
  }
  K8SNET_ASSIGN_OR_RETURN(ParsedJson root, ParseJson(document));
  Target target(std::move(root.value));
  for (Operation& operation : operations) {
    if (!target.Apply(operation)) {
      if (target.exhausted()) {
        return Error(Reason::kRequestEntityTooLarge,
                     "Request entity too large: the JSON patch takes too much work");
      }
      return internal::Rejected();
    }
  }
  patched.document = target.ToString();
  return patched;
}

}  // namespace k8snet::server
