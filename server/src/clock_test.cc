#include "k8snet/server/clock.h"

#include <array>
#include <cstdint>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "k8snet/server/testing/fake_clock.h"

namespace k8snet::server {
namespace {

TEST(ClockTest, SteadyTimeDoesNotGoBack) {
  const std::unique_ptr<Clock> clock = NewSystemClock();
  const auto before = clock->SteadyNow();
  EXPECT_LE(before, clock->SteadyNow());
  EXPECT_GT(clock->Now().time_since_epoch(), std::chrono::hours(24 * 365 * 50));
}

TEST(FakeClockTest, BothTimesMoveTogetherWhenTold) {
  testing::FakeClock clock;
  const auto wall = clock.Now();
  const auto steady = clock.SteadyNow();
  EXPECT_EQ(clock.Now(), wall);
  clock.Advance(std::chrono::seconds(5));
  EXPECT_EQ(clock.Now() - wall, std::chrono::seconds(5));
  EXPECT_EQ(clock.SteadyNow() - steady, std::chrono::seconds(5));
}

TEST(RandomTest, NumbersStayBelowTheirBoundAndReachAll) {
  const std::unique_ptr<Random> system = NewSystemRandom();
  testing::SeededRandom seeded(1);
  for (Random* random : {system.get(), static_cast<Random*>(&seeded)}) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
      seen.insert(random->Below(5));
    }
    EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
    EXPECT_NE(random->Next(), random->Next());
    EXPECT_EQ(random->Below(1), 0U);
  }
}

TEST(RandomTest, BytesOfASeedRepeat) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  testing::SeededRandom(7).Fill(first);
  testing::SeededRandom(7).Fill(second);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace k8snet::server
