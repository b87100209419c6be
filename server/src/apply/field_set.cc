#include "src/apply/field_set.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "k8snet/apis/codec/json.h"

namespace k8snet::server {
namespace {

// How values of different kinds sort: numbers, strings, booleans, lists, maps, null.
int Rank(const Json& value) {
  static constexpr int kRanks[] = {5, 2, 0, 1, 3, 4};
  return kRanks[value.kind()];
}

double AsDouble(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) {
  if (a == b) {
    return std::strong_ordering::equal;
  }
  if (IsInt64(a) && IsInt64(b)) {
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::from_chars(a.data(), a.data() + a.size(), x);
    std::from_chars(b.data(), b.data() + b.size(), y);
    return x <=> y;
  }
  const double x = AsDouble(a);
  const double y = AsDouble(b);
  return x < y   ? std::strong_ordering::less
         : y < x ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

std::strong_ordering Compare(const Json& a, const Json& b) {
  if (const auto order = Rank(a) <=> Rank(b); order != 0) {
    return order;
  }
  if (const auto* number = a.AsNumber(); number != nullptr) {
    return CompareNumbers(number->text, b.AsNumber()->text);
  }
  if (const auto* text = a.AsString(); text != nullptr) {
    return *text <=> *b.AsString();
  }
  if (const auto* flag = a.AsBool(); flag != nullptr) {
    return *flag <=> *b.AsBool();
  }
  if (a.IsNull()) {
    return std::strong_ordering::equal;
  }
  const auto* x = a.AsObject();
  if (x == nullptr) {
    return a.ToString() <=> b.ToString();
  }
  const auto* y = b.AsObject();
  auto j = y->begin();
  for (auto i = x->begin(); i != x->end(); ++i, ++j) {
    if (j == y->end()) {
      return std::strong_ordering::greater;
    }
    if (const auto order = i->first <=> j->first; order != 0) {
      return order;
    }
    if (const auto order = Compare(i->second, j->second); order != 0) {
      return order;
    }
  }
  return j == y->end() ? std::strong_ordering::equal : std::strong_ordering::less;
}

using Nodes = std::vector<FieldNode>;

Nodes UnionOf(const Nodes& a, const Nodes& b) {
  Nodes out;
  out.reserve(std::max(a.size(), b.size()));
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() || j != b.end()) {
    const auto order = i == a.end()   ? std::strong_ordering::greater
                       : j == b.end() ? std::strong_ordering::less
                                      : i->element <=> j->element;
    if (order < 0) {
      out.push_back(*i++);
    } else if (order > 0) {
      out.push_back(*j++);
    } else {
      out.push_back({i->element, i->member || j->member, UnionOf(i->children, j->children)});
      ++i;
      ++j;
    }
  }
  return out;
}

Nodes DifferenceOf(const Nodes& a, const Nodes& b) {
  Nodes out;
  auto j = b.begin();
  for (const FieldNode& node : a) {
    while (j != b.end() && j->element < node.element) {
      ++j;
    }
    if (j == b.end() || j->element != node.element) {
      out.push_back(node);
      continue;
    }
    FieldNode left{node.element, node.member && !j->member,
                   DifferenceOf(node.children, j->children)};
    if (!left.empty()) {
      out.push_back(std::move(left));
    }
  }
  return out;
}

Nodes IntersectionOf(const Nodes& a, const Nodes& b) {
  Nodes out;
  auto j = b.begin();
  for (const FieldNode& node : a) {
    while (j != b.end() && j->element < node.element) {
      ++j;
    }
    if (j == b.end()) {
      break;
    }
    if (j->element != node.element) {
      continue;
    }
    FieldNode both{node.element, node.member && j->member,
                   IntersectionOf(node.children, j->children)};
    if (!both.empty()) {
      out.push_back(std::move(both));
    }
  }
  return out;
}

bool DecodeInto(const Json& json, Nodes& nodes) {
  const Json::Object* object = json.AsObject();
  if (object == nullptr) {
    return false;
  }
  nodes.reserve(object->size());
  for (const auto& [name, value] : *object) {
    // Elements of a kind that is not known yet are dropped.
    if (name == "." || (name.size() >= 2 && name[1] == ':' &&
                        std::string_view("fkvi").find(name[0]) == std::string_view::npos)) {
      continue;
    }
    auto element = PathElement::Parse(name);
    const Json::Object* below = value.AsObject();
    if (!element || below == nullptr) {
      return false;
    }
    FieldNode& node = NodeFor(nodes, *element);
    node.member = node.member || below->empty() || below->contains(".");
    if (!DecodeInto(value, node.children)) {
      return false;
    }
  }
  return true;
}

void EncodeInto(const Nodes& nodes, bool self, std::string& out, std::string& scratch) {
  out += '{';
  char separator = 0;
  const auto separate = [&] {
    if (separator != 0) {
      out += separator;
    }
    separator = ',';
  };
  if (self && !nodes.empty()) {
    separate();
    out += "\".\":{}";
  }
  for (const FieldNode& node : nodes) {
    separate();
    scratch.clear();
    node.element.AppendTo(scratch);
    AppendJsonString(scratch, out);
    out += ':';
    EncodeInto(node.children, node.member, out, scratch);
  }
  out += '}';
}

void VisitPathsOf(const Nodes& nodes, std::string& prefix,
                  const std::function<void(const std::string&)>& visit) {
  const std::size_t length = prefix.size();
  for (const bool members : {true, false}) {
    for (const FieldNode& node : nodes) {
      if (members ? !node.member : node.children.empty()) {
        continue;
      }
      node.element.AppendPathTo(prefix);
      if (members) {
        visit(prefix);
      } else {
        VisitPathsOf(node.children, prefix, visit);
      }
      prefix.resize(length);
    }
  }
}

// Appends a value as paths show it: a map without braces and separators.
// Source: kubernetes-sigs/structured-merge-diff value/value.go, ToString.
void AppendShown(const Json& value, std::string& out) {
  if (const Json::Object* members = value.AsObject()) {
    for (const auto& [name, member] : *members) {
      out += name + "=";
      AppendShown(member, out);
    }
  } else if (const Json::Array* items = value.AsArray()) {
    out += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      out += i == 0 ? "" : ",";
      AppendShown((*items)[i], out);
    }
    out += ']';
  } else {
    value.AppendTo(out);
  }
}

}  // namespace

PathElement PathElement::Field(std::string name) {
  PathElement element;
  element.name_ = std::move(name);
  return element;
}

PathElement PathElement::Key(Json::Object fields) {
  PathElement element;
  element.kind_ = Kind::kKey;
  element.value_ = std::make_shared<const Json>(std::move(fields));
  return element;
}

PathElement PathElement::Value(Json value) {
  PathElement element;
  element.kind_ = Kind::kValue;
  element.value_ = std::make_shared<const Json>(std::move(value));
  return element;
}

PathElement PathElement::Index(std::int64_t index) {
  PathElement element;
  element.kind_ = Kind::kIndex;
  element.index_ = index;
  return element;
}

std::optional<PathElement> PathElement::Parse(std::string_view text) {
  if (text.size() < 2 || text[1] != ':') {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(2);
  switch (text[0]) {
    case 'f':
      return Field(std::string(rest));
    case 'k':
    case 'v': {
      auto parsed = ParseJson(rest);
      if (!parsed) {
        return std::nullopt;
      }
      if (text[0] == 'v') {
        return Value(std::move(parsed->value));
      }
      Json::Object* fields = parsed->value.AsObject();
      if (fields == nullptr || fields->empty()) {
        return std::nullopt;
      }
      return Key(std::move(*fields));
    }
    case 'i': {
      std::int64_t index = 0;
      const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      if (end.ec != std::errc() || end.ptr != rest.data() + rest.size()) {
        return std::nullopt;
      }
      return Index(index);
    }
    default:
      return std::nullopt;
  }
}

void PathElement::AppendTo(std::string& out) const {
  switch (kind_) {
    case Kind::kField:
      out += "f:";
      out += name_;
      return;
    case Kind::kKey:
      out += "k:";
      value_->AppendTo(out);
      return;
    case Kind::kValue:
      out += "v:";
      value_->AppendTo(out);
      return;
    case Kind::kIndex:
      out += "i:" + std::to_string(index_);
      return;
  }
}

void PathElement::AppendPathTo(std::string& out) const {
  switch (kind_) {
    case Kind::kField:
      out += '.';
      out += name_;
      return;
    case Kind::kKey: {
      char separator = '[';
      for (const auto& [name, value] : *value_->AsObject()) {
        out += separator;
        separator = ',';
        out += name;
        out += '=';
        AppendShown(value, out);
      }
      out += ']';
      return;
    }
    case Kind::kValue:
      out += "[=";
      AppendShown(*value_, out);
      out += ']';
      return;
    case Kind::kIndex:
      out += "[" + std::to_string(index_) + "]";
      return;
  }
}

std::strong_ordering operator<=>(const PathElement& a, const PathElement& b) {
  if (const auto order = a.kind_ <=> b.kind_; order != 0) {
    return order;
  }
  switch (a.kind_) {
    case PathElement::Kind::kField:
      return a.name_ <=> b.name_;
    case PathElement::Kind::kIndex:
      return a.index_ <=> b.index_;
    case PathElement::Kind::kKey:
    case PathElement::Kind::kValue:
      break;
  }
  return Compare(*a.value_, *b.value_);
}

FieldNode& NodeFor(std::vector<FieldNode>& nodes, const PathElement& element) {
  auto it = nodes.end();
  if (!nodes.empty() && !(nodes.back().element < element)) {
    it = std::lower_bound(
        nodes.begin(), nodes.end(), element,
        [](const FieldNode& node, const PathElement& wanted) { return node.element < wanted; });
    if (it->element == element) {
      return *it;
    }
  }
  return *nodes.insert(it, FieldNode{element, false, {}});
}

const FieldNode* FindNode(const std::vector<FieldNode>& nodes, const PathElement& element) {
  const auto it = std::lower_bound(
      nodes.begin(), nodes.end(), element,
      [](const FieldNode& node, const PathElement& wanted) { return node.element < wanted; });
  return it != nodes.end() && it->element == element ? &*it : nullptr;
}

const FieldNode* FindNode(const std::vector<FieldNode>& nodes, std::string_view name) {
  const auto it = std::lower_bound(
      nodes.begin(), nodes.end(), name, [](const FieldNode& node, std::string_view wanted) {
        return node.element.kind() == PathElement::Kind::kField && node.element.name() < wanted;
      });
  return it != nodes.end() && it->element.kind() == PathElement::Kind::kField &&
                 it->element.name() == name
             ? &*it
             : nullptr;
}

Result<FieldSet> FieldSet::Decode(std::string_view json) {
  FieldSet set;
  if (json.empty()) {
    return set;
  }
  K8SNET_ASSIGN_OR_RETURN(const ParsedJson parsed, ParseJson(json));
  if (parsed.value.IsNull()) {
    return set;
  }
  if (!DecodeInto(parsed.value, set.nodes_)) {
    return Error(Reason::kBadRequest, "malformed set of fields");
  }
  return set;
}

std::string FieldSet::Encode() const {
  std::string out;
  std::string scratch;
  EncodeInto(nodes_, false, out, scratch);
  return out;
}

FieldSet FieldSet::Union(const FieldSet& other) const {
  return FieldSet(UnionOf(nodes_, other.nodes_));
}

FieldSet FieldSet::Difference(const FieldSet& other) const {
  return FieldSet(DifferenceOf(nodes_, other.nodes_));
}

FieldSet FieldSet::Intersection(const FieldSet& other) const {
  return FieldSet(IntersectionOf(nodes_, other.nodes_));
}

void FieldSet::RemoveTree(std::string_view name) {
  std::erase_if(nodes_, [&](const FieldNode& node) {
    return node.element.kind() == PathElement::Kind::kField && node.element.name() == name;
  });
}

void FieldSet::VisitPaths(const std::function<void(const std::string& path)>& visit) const {
  std::string prefix;
  VisitPathsOf(nodes_, prefix, visit);
}

}  // namespace k8snet::server
