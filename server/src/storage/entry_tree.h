// A persistent ordered map of entries by key.
#ifndef K8SNET_SRC_STORAGE_ENTRY_TREE_H_
#define K8SNET_SRC_STORAGE_ENTRY_TREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/storage/entry.h"

namespace k8snet::server {

// A B-tree whose nodes never change: With and Without copy the path from the root and share the
// rest, so copies of a tree are cheap and each goes on showing what it showed.
// Thread-safe: immutable once constructed.
class EntryTree {
 public:
  class Iterator;

  EntryTree() = default;
  // Makes a tree of entries in ascending order of keys, none twice.
  explicit EntryTree(std::vector<EntryPtr> entries);

  [[nodiscard]] std::size_t size() const;
  // Returns the entry of `key`, or null.
  [[nodiscard]] EntryPtr Get(std::string_view key) const;
  // Returns this tree with `entry` added or in the place of the one with its key.
  [[nodiscard]] EntryTree With(EntryPtr entry) const;
  // Returns this tree without `key`, which it has.
  [[nodiscard]] EntryTree Without(std::string_view key) const;

  // Returns an iterator at the first key that is not less than `start` and, if such keys are not
  // over, starts with `prefix`. Lifetime: the tree's.
  [[nodiscard]] Iterator Seek(std::string_view prefix, std::string_view start) const;
  // Returns how many entries that iterator would visit. Cost: that of two look-ups.
  [[nodiscard]] std::size_t Count(std::string_view prefix, std::string_view start) const;

 private:
  struct Node;
  using NodePtr = std::shared_ptr<const Node>;

  explicit EntryTree(NodePtr root) : root_(std::move(root)) {}
  [[nodiscard]] std::size_t Rank(std::string_view key) const;

  NodePtr root_;  // Null: empty.
};

// Goes over entries in order of keys.
class EntryTree::Iterator {
 public:
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const EntryPtr& entry() const;
  void Next();

 private:
  friend class EntryTree;

  // Nodes split in halves and a tree grows at its root, so this is more than 2^64 entries need.
  static constexpr std::size_t kMaxDepth = 17;

  struct Step {
    const Node* node;
    std::size_t index;
  };

  // Goes up and down to an entry if the leaf is over, and looks whether it has the prefix.
  void Settle();

  // From the root to a leaf.
  std::array<Step, kMaxDepth> steps_{};
  std::size_t depth_ = 0;
  std::string prefix_;
  bool valid_ = false;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_ENTRY_TREE_H_
