#include "src/storage/entry_tree.h"

#include <algorithm>
#include <utility>

#include "k8snet/apis/base/check.h"

namespace k8snet::server {
namespace {

constexpr std::size_t kMaxChildren = 32;
// A node with fewer is joined with a neighbour if both fit into one.
constexpr std::size_t kMinChildren = 12;
// How full nodes are that are made from sorted entries.
constexpr std::size_t kBulkChildren = 28;

}  // namespace

// A leaf has entries, an inner node has children; both in order of keys. `first` are the entries
// that the children begin with, which saves a descent to compare keys.
struct EntryTree::Node {
  std::vector<EntryPtr> entries;
  std::vector<NodePtr> children;
  std::vector<const Entry*> first;
  std::size_t size = 0;  // Entries in the whole subtree.

  [[nodiscard]] bool leaf() const { return children.empty(); }
  [[nodiscard]] std::size_t width() const { return leaf() ? entries.size() : children.size(); }
  [[nodiscard]] const Entry* first_entry() const {
    return leaf() ? entries.front().get() : first.front();
  }

  // Returns the index of the first entry that is not less than `key`.
  [[nodiscard]] std::size_t LowerBound(std::string_view key) const {
    return static_cast<std::size_t>(
        std::lower_bound(
            entries.begin(), entries.end(), key,
            [](const EntryPtr& entry, std::string_view wanted) { return entry->key() < wanted; }) -
        entries.begin());
  }
  // Returns the index of the child that has `key` if any has: the last whose first key is not
  // greater, or 0.
  [[nodiscard]] std::size_t ChildOf(std::string_view key) const {
    const auto after = std::upper_bound(
        first.begin(), first.end(), key,
        [](std::string_view wanted, const Entry* entry) { return wanted < entry->key(); });
    return after == first.begin() ? 0 : static_cast<std::size_t>(after - first.begin()) - 1;
  }

  // Makes nodes of the content of this one, which may be too wide, and none if it is empty.
  [[nodiscard]] static std::vector<NodePtr> Finish(Node node) {
    std::vector<NodePtr> finished;
    const std::size_t width = node.width();
    if (width == 0) {
      return finished;
    }
    if (width <= kMaxChildren) {
      node.Seal();
      finished.push_back(std::make_shared<const Node>(std::move(node)));
      return finished;
    }
    const auto half = static_cast<std::ptrdiff_t>(width / 2);
    Node right;
    if (node.leaf()) {
      right.entries.assign(node.entries.begin() + half, node.entries.end());
      node.entries.erase(node.entries.begin() + half, node.entries.end());
    } else {
      right.children.assign(node.children.begin() + half, node.children.end());
      node.children.erase(node.children.begin() + half, node.children.end());
    }
    for (Node* part : {&node, &right}) {
      part->Seal();
      finished.push_back(std::make_shared<const Node>(std::move(*part)));
    }
    return finished;
  }

  // Computes what follows from entries or children, and gives spare memory back.
  void Seal() {
    entries.shrink_to_fit();
    children.shrink_to_fit();
    first.clear();
    size = entries.size();
    if (!children.empty()) {
      first.reserve(children.size());
      for (const NodePtr& child : children) {
        first.push_back(child->first_entry());
        size += child->size;
      }
    }
  }

  // Returns `node` with `entry` in it.
  [[nodiscard]] static std::vector<NodePtr> With(const Node& node, EntryPtr entry) {
    Node copy;
    if (node.leaf()) {
      const std::size_t index = node.LowerBound(entry->key());
      const bool replaces =
          index < node.entries.size() && node.entries[index]->key() == entry->key();
      copy.entries.reserve(node.entries.size() + (replaces ? 0 : 1));
      copy.entries.assign(node.entries.begin(), node.entries.end());
      const auto at = copy.entries.begin() + static_cast<std::ptrdiff_t>(index);
      if (replaces) {
        *at = std::move(entry);
      } else {
        copy.entries.insert(at, std::move(entry));
      }
      return Finish(std::move(copy));
    }
    const std::size_t index = node.ChildOf(entry->key());
    copy.children = node.children;
    copy.Replace(index, With(*node.children[index], std::move(entry)));
    return Finish(std::move(copy));
  }

  // Returns `node` without `key`, as no node if it is empty then.
  [[nodiscard]] static std::vector<NodePtr> Without(const Node& node, std::string_view key) {
    Node copy;
    if (node.leaf()) {
      const std::size_t index = node.LowerBound(key);
      K8SNET_CHECK(index < node.entries.size() && node.entries[index]->key() == key);
      copy.entries = node.entries;
      copy.entries.erase(copy.entries.begin() + static_cast<std::ptrdiff_t>(index));
      return Finish(std::move(copy));
    }
    const std::size_t index = node.ChildOf(key);
    copy.children = node.children;
    copy.Replace(index, Without(*node.children[index], key));
    copy.JoinSmall(index);
    return Finish(std::move(copy));
  }

  void Replace(std::size_t index, std::vector<NodePtr> with) {
    const auto at = children.begin() + static_cast<std::ptrdiff_t>(index);
    if (with.empty()) {
      children.erase(at);
      return;
    }
    *at = std::move(with.front());
    if (with.size() == 2) {
      children.insert(at + 1, std::move(with.back()));
    }
  }

  // Joins the child at `index` with a neighbour if it is small and both fit into one.
  void JoinSmall(std::size_t index) {
    if (index >= children.size() || children[index]->width() >= kMinChildren) {
      return;
    }
    for (const std::size_t left : {index, index - 1}) {  // index - 1 wraps for 0: out of range.
      if (left >= children.size() || left + 1 >= children.size()) {
        continue;
      }
      const Node& a = *children[left];
      const Node& b = *children[left + 1];
      if (a.width() + b.width() > kMaxChildren) {
        continue;
      }
      Node joined = a;
      joined.entries.insert(joined.entries.end(), b.entries.begin(), b.entries.end());
      joined.children.insert(joined.children.end(), b.children.begin(), b.children.end());
      joined.Seal();
      children[left] = std::make_shared<const Node>(std::move(joined));
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(left) + 1);
      return;
    }
  }

  // Makes the tree above `nodes` and returns its root.
  [[nodiscard]] static NodePtr Raise(std::vector<NodePtr> nodes) {
    while (nodes.size() > 1) {
      std::vector<NodePtr> above;
      for (std::size_t begin = 0; begin < nodes.size(); begin += kBulkChildren) {
        Node node;
        const std::size_t end = std::min(begin + kBulkChildren, nodes.size());
        node.children.assign(nodes.begin() + static_cast<std::ptrdiff_t>(begin),
                             nodes.begin() + static_cast<std::ptrdiff_t>(end));
        node.Seal();
        above.push_back(std::make_shared<const Node>(std::move(node)));
      }
      nodes = std::move(above);
    }
    return nodes.empty() ? nullptr : std::move(nodes.front());
  }
};

EntryTree::EntryTree(std::vector<EntryPtr> entries) {
  std::vector<NodePtr> leaves;
  for (std::size_t begin = 0; begin < entries.size(); begin += kBulkChildren) {
    Node leaf;
    const std::size_t end = std::min(begin + kBulkChildren, entries.size());
    for (std::size_t i = begin; i < end; ++i) {
      K8SNET_CHECK(i == 0 || entries[i - 1]->key() < entries[i]->key());
    }
    leaf.entries.assign(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                        entries.begin() + static_cast<std::ptrdiff_t>(end));
    leaf.Seal();
    leaves.push_back(std::make_shared<const Node>(std::move(leaf)));
  }
  root_ = Node::Raise(std::move(leaves));
}

std::size_t EntryTree::size() const { return root_ == nullptr ? 0 : root_->size; }

EntryPtr EntryTree::Get(std::string_view key) const {
  const Node* node = root_.get();
  if (node == nullptr) {
    return nullptr;
  }
  while (!node->leaf()) {
    node = node->children[node->ChildOf(key)].get();
  }
  const std::size_t index = node->LowerBound(key);
  if (index == node->entries.size() || node->entries[index]->key() != key) {
    return nullptr;
  }
  return node->entries[index];
}

EntryTree EntryTree::With(EntryPtr entry) const {
  if (root_ == nullptr) {
    std::vector<EntryPtr> one;
    one.push_back(std::move(entry));
    return EntryTree(std::move(one));
  }
  return EntryTree(Node::Raise(Node::With(*root_, std::move(entry))));
}

EntryTree EntryTree::Without(std::string_view key) const {
  K8SNET_CHECK(root_ != nullptr);
  NodePtr root = Node::Raise(Node::Without(*root_, key));
  while (root != nullptr && root->children.size() == 1) {
    root = NodePtr(root->children.front());
  }
  return EntryTree(std::move(root));
}

std::size_t EntryTree::Rank(std::string_view key) const {
  std::size_t rank = 0;
  const Node* node = root_.get();
  if (node == nullptr) {
    return rank;
  }
  while (!node->leaf()) {
    const std::size_t index = node->ChildOf(key);
    for (std::size_t i = 0; i < index; ++i) {
      rank += node->children[i]->size;
    }
    node = node->children[index].get();
  }
  return rank + node->LowerBound(key);
}

std::size_t EntryTree::Count(std::string_view prefix, std::string_view start) const {
  // The first key after all that start with `prefix`; none if it is empty or all 0xff.
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) {
    end.pop_back();
  }
  std::size_t end_rank = size();
  if (!end.empty()) {
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    end_rank = Rank(end);
  }
  const std::size_t begin_rank = Rank(std::max(prefix, start));
  return begin_rank < end_rank ? end_rank - begin_rank : 0;
}

EntryTree::Iterator EntryTree::Seek(std::string_view prefix, std::string_view start) const {
  Iterator it;
  it.prefix_ = prefix;
  const std::string_view from = std::max(prefix, start);
  const Node* node = root_.get();
  if (node == nullptr) {
    return it;
  }
  while (true) {
    K8SNET_CHECK(it.depth_ < it.steps_.size());
    const std::size_t index = node->leaf() ? node->LowerBound(from) : node->ChildOf(from);
    it.steps_[it.depth_++] = {node, index};
    if (node->leaf()) {
      break;
    }
    node = node->children[index].get();
  }
  it.Settle();
  return it;
}

const EntryPtr& EntryTree::Iterator::entry() const {
  K8SNET_CHECK(valid_);
  const Step& step = steps_[depth_ - 1];
  return step.node->entries[step.index];
}

void EntryTree::Iterator::Next() {
  K8SNET_CHECK(valid_);
  ++steps_[depth_ - 1].index;
  Settle();
}

void EntryTree::Iterator::Settle() {
  std::size_t level = depth_;
  while (level > 0 && steps_[level - 1].index >= steps_[level - 1].node->width()) {
    --level;
    if (level > 0) {
      ++steps_[level - 1].index;
    }
  }
  if (level == 0) {
    valid_ = false;
    return;
  }
  for (; level < depth_; ++level) {
    const Step& above = steps_[level - 1];
    steps_[level] = {above.node->children[above.index].get(), 0};
  }
  const Step& leaf = steps_[depth_ - 1];
  valid_ = std::string_view(leaf.node->entries[leaf.index]->key()).starts_with(prefix_);
}

}  // namespace k8snet::server
