#include "src/yaml_place.h"

#include <charconv>

#include "k8snet/apis/codec/source.h"

namespace k8snet::internal {
namespace {

// Returns the member of `node` that `path` begins with, and takes it off the path. Keys may hold
// dots, so the longest one that fits is it.
const SourceMember* TakeMember(const SourceNode& node, std::string_view& path) {
  if (path.starts_with('[') && node.form == SourceNode::Form::kList) {
    std::size_t index = 0;
    const char* end = path.data() + path.size();
    const auto parsed = std::from_chars(path.data() + 1, end, index);
    if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ']' ||
        index >= node.members.size()) {
      return nullptr;
    }
    path = std::string_view(parsed.ptr + 1, static_cast<std::size_t>(end - parsed.ptr - 1));
    return &node.members[index];
  }
  path.remove_prefix(path.starts_with('.') ? 1 : 0);
  const SourceMember* found = nullptr;
  for (const SourceMember& member : node.members) {
    const std::string_view rest =
        path.starts_with(member.key) ? path.substr(member.key.size()) : std::string_view("x");
    const bool whole = rest.empty() || rest[0] == '.' || rest[0] == '[';
    if (whole && (found == nullptr || member.key.size() >= found->key.size())) {
      found = &member;
    }
  }
  if (found != nullptr) {
    path.remove_prefix(found->key.size());
  }
  return found;
}

}  // namespace

std::size_t YamlOffset(std::string_view yaml, std::string_view path, const DecodeLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::size_t skipped = yaml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const SourceTree tree = ReadYamlSource(yaml.substr(skipped), limits);
  const SourceNode* node = &tree.root;
  while (!path.empty()) {
    const SourceMember* member = TakeMember(*node, path);
    if (member == nullptr) {
      break;
    }
    node = &member->value;
  }
  return skipped + node->begin;
}

}  // namespace k8snet::internal
