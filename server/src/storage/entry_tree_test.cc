#include "src/storage/entry_tree.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

using Model = std::map<std::string, std::uint64_t>;

class EntryTreeTest : public ::testing::Test {
 protected:
  EntryPtr Make(const std::string& key, std::uint64_t revision) {
    return std::make_shared<const Entry>(key, 0, false, revision, value_, Attributes(), budget_);
  }
  static Model Content(const EntryTree& tree, const std::string& prefix, const std::string& start) {
    Model content;
    std::string last;
    for (auto it = tree.Seek(prefix, start); it.valid(); it.Next()) {
      EXPECT_TRUE(content.empty() || last < it.entry()->key());
      last = it.entry()->key();
      content[last] = it.entry()->revision();
    }
    return content;
  }
  static Model Range(const Model& model, const std::string& prefix, const std::string& start) {
    Model range;
    for (const auto& [key, revision] : model) {
      if (key.starts_with(prefix) && key >= start) {
        range[key] = revision;
      }
    }
    return range;
  }

  EncodingBudget budget_{1000};
  const Bytes value_ = std::make_shared<const std::string>("v");
};

TEST_F(EntryTreeTest, AnEmptyTreeHasNothing) {
  const EntryTree tree;
  EXPECT_EQ(tree.size(), 0U);
  EXPECT_EQ(tree.Get("a"), nullptr);
  EXPECT_FALSE(tree.Seek("", "").valid());
  EXPECT_EQ(tree.Count("", ""), 0U);
}

// Random changes beside a std::map: every state stays what it was while later ones are made.
TEST_F(EntryTreeTest, EveryStateIsThatOfAnOrderedMap) {
  std::mt19937_64 random(11);
  EntryTree tree;
  Model model;
  std::vector<std::pair<EntryTree, Model>> states;
  for (std::uint64_t i = 1; i <= 6000; ++i) {
    // The tree grows, shrinks to almost nothing and grows again.
    const bool shrinking = i > 2500 && i < 4500;
    const std::string key = std::string(1, static_cast<char>('a' + random() % 3)) + "/" +
                            std::to_string(random() % 1500);
    if (random() % 10 < (shrinking ? 9U : 2U)) {
      // The next key there is, so that most deletions find one.
      const auto it = model.lower_bound(key);
      if (it != model.end()) {
        tree = tree.Without(it->first);
        model.erase(it);
      }
    } else {
      tree = tree.With(Make(key, i));
      model[key] = i;
    }
    ASSERT_EQ(tree.size(), model.size());
    if (i % 500 == 0) {
      states.emplace_back(tree, model);
    }
  }
  for (const auto& [kept, expected] : states) {
    EXPECT_EQ(Content(kept, "", ""), expected);
    for (int i = 0; i < 50; ++i) {
      const std::string key = std::string(1, static_cast<char>('a' + random() % 4)) + "/" +
                              std::to_string(random() % 1500);
      const auto found = expected.find(key);
      const EntryPtr entry = kept.Get(key);
      EXPECT_EQ(entry == nullptr ? 0 : entry->revision(),
                found == expected.end() ? 0 : found->second);
      for (const std::string& prefix : {std::string(), key.substr(0, 2), key.substr(0, 3)}) {
        SCOPED_TRACE(prefix + ", " + key);
        const Model range = Range(expected, prefix, key);
        EXPECT_EQ(Content(kept, prefix, key), range);
        EXPECT_EQ(kept.Count(prefix, key), range.size());
      }
    }
  }
}

TEST_F(EntryTreeTest, ATreeOfSortedEntriesIsThatOfSingleOnes) {
  for (const int size : {0, 1, 28, 29, 33, 784, 785, 3000}) {
    SCOPED_TRACE(size);
    std::vector<EntryPtr> entries;
    Model model;
    for (int i = 0; i < size; ++i) {
      const std::string key = std::to_string(100'000 + i);
      entries.push_back(Make(key, 1));
      model[key] = 1;
    }
    EntryTree tree(std::move(entries));
    EXPECT_EQ(Content(tree, "", ""), model);
    while (!model.empty()) {
      tree = tree.Without(model.begin()->first);
      model.erase(model.begin());
      ASSERT_EQ(tree.size(), model.size());
    }
    EXPECT_FALSE(tree.Seek("", "").valid());
  }
}

TEST_F(EntryTreeTest, PrefixesOfTheLastBytesAreCounted) {
  EntryTree tree;
  for (const char* key : {"a", "a\xff", "a\xff\xff", "b", "\xff\xff"}) {
    tree = tree.With(Make(key, 1));
  }
  EXPECT_EQ(tree.Count("a\xff", ""), 2U);
  EXPECT_EQ(tree.Count("\xff", ""), 1U);
  EXPECT_EQ(tree.Count("", ""), 5U);
  EXPECT_EQ(tree.Count("a", "b"), 0U);
}

}  // namespace
}  // namespace k8snet::server
