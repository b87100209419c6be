#include "src/registry/allocators.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

std::unique_ptr<IpAllocator> Allocator(const char* range, Random& random) {
  return std::make_unique<IpAllocator>(*validation::ParseCidr(range), random);
}

TEST(IpAllocator, HoldsAllButTheEndsOfAnIpv4Range) {
  const auto random = NewSystemRandom();
  const auto v4 = Allocator("10.0.0.0/24", *random);
  const auto v6 = Allocator("fd00::/112", *random);
  const struct {
    const IpAllocator& allocator;
    const char* ip;
    bool held;
  } cases[] = {
      {*v4, "10.0.0.0", false},   {*v4, "10.0.0.1", true},  {*v4, "10.0.0.254", true},
      {*v4, "10.0.0.255", false}, {*v4, "10.0.1.1", false}, {*v4, "fd00::1", false},
      {*v6, "fd00::", false},     {*v6, "fd00::1", true},   {*v6, "fd00::ffff", true},
      {*v6, "fd00::1:0", false},  {*v6, "10.0.0.1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.ip);
    EXPECT_EQ(c.allocator.Holds(*validation::ParseIp(c.ip)), c.held);
  }
}

TEST(IpAllocator, GivesTheUpperBandFirstAndEachAddressOnce) {
  const auto random = NewSystemRandom();
  const auto allocator = Allocator("10.0.0.0/24", *random);
  std::set<std::string> given;
  for (int i = 0; i < 254; ++i) {
    const auto ip = allocator->TakeAny();
    ASSERT_TRUE(ip.has_value());
    EXPECT_TRUE(given.insert(*ip).second) << *ip;
    // The first 16 are kept for those who ask for one.
    const int last = std::stoi(ip->substr(ip->rfind('.') + 1));
    EXPECT_EQ(last <= 16, i >= 238) << *ip;
  }
  EXPECT_FALSE(allocator->TakeAny().has_value());
  allocator->Release(*validation::ParseIp("10.0.0.77"));
  EXPECT_EQ(allocator->TakeAny(), "10.0.0.77");
}

TEST(IpAllocator, TakesAnAddressOnce) {
  const auto random = NewSystemRandom();
  const auto allocator = Allocator("fd00::/64", *random);
  const auto ip = *validation::ParseIp("fd00::abcd");
  EXPECT_TRUE(allocator->Take(ip));
  EXPECT_FALSE(allocator->Take(ip));
  EXPECT_TRUE(allocator->TakeAny().has_value());
}

TEST(PortAllocator, KeepsABandForThoseWhoAsk) {
  const auto random = NewSystemRandom();
  PortAllocator ports(30000, 32767, *random);
  EXPECT_EQ(ports.range(), "30000-32767");
  for (int i = 0; i < 2768 - 86; ++i) {
    const auto port = ports.TakeAny();
    ASSERT_TRUE(port.has_value());
    EXPECT_GE(*port, 30086);
  }
  EXPECT_LT(ports.TakeAny().value(), 30086);
  EXPECT_FALSE(ports.Holds(29999));
  EXPECT_FALSE(ports.Holds(32768));
  EXPECT_FALSE(ports.Has(-1));
}

}  // namespace
}  // namespace k8snet::server
