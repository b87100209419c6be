#include "src/registry/allocators.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

AddressRange Range(const char* text) { return AddressRange(*validation::ParseCidr(text)); }

TEST(AddressRange, HoldsAllButTheEndsOfAnIpv4Network) {
  const AddressRange v4 = Range("10.0.0.0/24");
  const AddressRange v6 = Range("fd00::/112");
  const struct {
    const AddressRange& range;
    const char* ip;
    bool held;
  } cases[] = {
      {v4, "10.0.0.0", false},   {v4, "10.0.0.1", true},  {v4, "10.0.0.254", true},
      {v4, "10.0.0.255", false}, {v4, "10.0.1.1", false}, {v4, "fd00::1", false},
      {v6, "fd00::", false},     {v6, "fd00::1", true},   {v6, "fd00::ffff", true},
      {v6, "fd00::1:0", false},  {v6, "10.0.0.1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.ip);
    EXPECT_EQ(c.range.Holds(*validation::ParseIp(c.ip)), c.held);
  }
}

TEST(AddressRange, CountsFromTheFirstAddressAfterTheNetworks) {
  EXPECT_EQ(Range("10.0.255.0/16").At(0).ToString(), "10.0.0.1");
  EXPECT_EQ(Range("10.0.0.0/16").At(255).ToString(), "10.0.1.0");
  EXPECT_EQ(Range("fd00:1::/64").At(0xFFFF).ToString(), "fd00:1::1:0");
  EXPECT_EQ(Range("10.0.0.0/31").bands().size, 0U);
}

TEST(AddressRange, KeepsABandForThoseWhoAsk) {
  const struct {
    const char* network;
    std::uint64_t offset;
  } cases[] = {{"10.0.0.0/28", 0},   {"10.0.0.0/27", 16},  {"10.0.0.0/24", 16}, {"10.0.0.0/22", 64},
               {"10.0.0.0/20", 256}, {"10.0.0.0/12", 256}, {"fd00::/112", 256}, {"fd00::/64", 256}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.network);
    EXPECT_EQ(Range(c.network).bands().offset, c.offset);
  }
}

TEST(PickFree, GivesTheUpperBandFirstAndEachNumberOnce) {
  const auto random = NewSystemRandom();
  const NumberBands bands{254, 16};
  std::set<std::uint64_t> given;
  const auto taken = [&](std::uint64_t number) { return given.count(number) != 0; };
  for (int i = 0; i < 254; ++i) {
    const auto number = PickFree(bands, *random, taken);
    ASSERT_TRUE(number.has_value());
    EXPECT_TRUE(given.insert(*number).second);
    EXPECT_EQ(*number < 16, i >= 238);
  }
  EXPECT_FALSE(PickFree(bands, *random, taken).has_value());
  given.erase(77);
  EXPECT_EQ(PickFree(bands, *random, taken), 77U);
}

TEST(PickFree, StartsAnywhere) {
  const auto random = NewSystemRandom();
  std::set<std::uint64_t> firsts;
  for (int i = 0; i < 100; ++i) {
    firsts.insert(*PickFree({1 << 16, 0}, *random, [](std::uint64_t) { return false; }));
  }
  EXPECT_GT(firsts.size(), 50U);
}

TEST(PickFree, FindsNothingInAnEmptyRange) {
  const auto random = NewSystemRandom();
  EXPECT_FALSE(PickFree({0, 0}, *random, [](std::uint64_t) { return false; }).has_value());
}

TEST(PortRange, HoldsItsEnds) {
  const PortRange ports(30000, 32767);
  EXPECT_EQ(ports.text(), "30000-32767");
  EXPECT_EQ(ports.bands().size, 2768U);
  EXPECT_EQ(ports.bands().offset, 86U);
  EXPECT_EQ(ports.At(86), 30086);
  EXPECT_FALSE(ports.Holds(29999));
  EXPECT_TRUE(ports.Holds(30000));
  EXPECT_TRUE(ports.Holds(32767));
  EXPECT_FALSE(ports.Holds(32768));
}

}  // namespace
}  // namespace k8snet::server
