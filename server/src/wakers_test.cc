#include "src/wakers.h"

#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

class Counter final : public Waker {
 public:
  void Wake() override { ++count; }
  std::atomic<int> count = 0;
};

// Adds another waker while it is called.
class Adder final : public Waker {
 public:
  Adder(Wakers& wakers, Waker& other) : wakers_(wakers), other_(other) {}
  void Wake() override {
    if (!added_) {
      added_ = true;
      wakers_.Add(other_);
    }
  }

 private:
  Wakers& wakers_;
  Waker& other_;
  bool added_ = false;
};

TEST(Wakers, WakeAllThatAreThere) {
  Wakers wakers;
  wakers.Wake();
  Counter first;
  Counter second;
  wakers.Add(first);
  wakers.Add(second);
  wakers.Wake();
  wakers.Remove(first);
  wakers.Wake();
  EXPECT_EQ(first.count, 1);
  EXPECT_EQ(second.count, 2);
}

TEST(Wakers, MayGrowFromAWake) {
  Wakers wakers;
  Counter late;
  Adder adder(wakers, late);
  wakers.Add(adder);
  wakers.Wake();
  wakers.Wake();
  EXPECT_EQ(late.count, 1);
}

TEST(Wakers, CallNobodyThatWasRemoved) {
  Wakers wakers;
  std::atomic<bool> stop = false;
  std::thread waking([&] {
    while (!stop) {
      wakers.Wake();
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto counter = std::make_unique<Counter>();
    wakers.Add(*counter);
    while (counter->count == 0) {
      std::this_thread::yield();
    }
    wakers.Remove(*counter);
    const int count = counter->count;
    std::this_thread::yield();
    EXPECT_EQ(counter->count, count);
  }
  stop = true;
  waking.join();
}

}  // namespace
}  // namespace k8snet::server
