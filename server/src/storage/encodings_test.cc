#include "src/storage/encodings.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

std::function<Bytes()> Make(std::size_t size, char fill = 'x') {
  return [size, fill] { return std::make_shared<const std::string>(size, fill); };
}

TEST(EncodingsTest, BytesAreMadeOncePerKey) {
  EncodingBudget budget(10'000);
  const Encodings encodings(budget);
  EXPECT_EQ(encodings.Find(1), nullptr);
  const Bytes one = encodings.Get(1, Make(10, '1'));
  const Bytes two = encodings.Get(2, Make(10, '2'));
  EXPECT_EQ(encodings.Get(1, Make(10, '3')), one);
  EXPECT_EQ(encodings.Find(2), two);
  EXPECT_GE(budget.used_bytes(), 20U);
}

TEST(EncodingsTest, NothingIsKeptOfAMakeThatFails) {
  EncodingBudget budget(10'000);
  const Encodings encodings(budget);
  EXPECT_EQ(encodings.Get(1, [] { return Bytes(); }), nullptr);
  EXPECT_NE(encodings.Get(1, Make(1)), nullptr);
}

TEST(EncodingsTest, AnObjectThatGoesGivesItsBytesBack) {
  EncodingBudget budget(10'000);
  {
    const Encodings encodings(budget);
    (void)encodings.Get(1, Make(100));
    (void)encodings.Get(2, Make(100));
    EXPECT_GT(budget.used_bytes(), 200U);
  }
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST(EncodingsTest, BytesTooLargeForTheBudgetAreMadeEachTime) {
  EncodingBudget budget(1000);
  const Encodings encodings(budget);
  EXPECT_EQ(encodings.Get(1, Make(900))->size(), 900U);
  EXPECT_EQ(encodings.Find(1), nullptr);
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST(EncodingsTest, WhatIsUsedStaysLonger) {
  EncodingBudget budget(20'000);
  std::vector<std::unique_ptr<Encodings>> objects;
  for (int i = 0; i < 200; ++i) {
    objects.push_back(std::make_unique<Encodings>(budget));
    (void)objects.back()->Get(1, Make(1000));
    EXPECT_LE(budget.used_bytes(), budget.max_bytes());
    if (i > 0) {
      EXPECT_NE(objects.front()->Find(1), nullptr) << i;
    }
  }
  EXPECT_GT(budget.evictions(), 150U);
  EXPECT_EQ(objects[100]->Find(1), nullptr);
}

// Bytes that a reader has stay whole when they are evicted.
TEST(EncodingsTest, ReadersRaceWithEviction) {
  EncodingBudget budget(8000);
  std::vector<std::unique_ptr<Encodings>> objects;
  for (int i = 0; i < 40; ++i) {
    objects.push_back(std::make_unique<Encodings>(budget));
  }
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 5000; ++i) {
        const auto index = random() % objects.size();
        const auto key = static_cast<EncodingKey>(random() % 3);
        const char fill = static_cast<char>('a' + (index * 3 + key) % 26);
        const Bytes bytes = objects[index]->Get(key, Make(300, fill));
        ASSERT_EQ(bytes->size(), 300U);
        ASSERT_EQ(bytes->front(), fill);
        ASSERT_EQ(bytes->back(), fill);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(budget.used_bytes(), budget.max_bytes());
  EXPECT_GT(budget.evictions(), 0U);
  objects.clear();
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST(AtomicSharedTest, ReadersSeeWholeValues) {
  struct Pair {
    std::uint64_t a;
    std::uint64_t b;
  };
  AtomicShared<Pair> shared;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done.load()) {
        const std::uint64_t now = shared.Read([](const Pair* pair) -> std::uint64_t {
          if (pair == nullptr) {
            return 0;
          }
          EXPECT_EQ(pair->a, pair->b);
          return pair->a;
        });
        if (now != 0) {
          EXPECT_GE(now, last);
          last = now;
        }
      }
    });
  }
  for (std::uint64_t i = 1; i < 20'000; ++i) {
    shared.Store(i % 5 == 0 ? nullptr : std::make_unique<Pair>(Pair{i, i}));
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace k8snet::server
