#include "src/app/advertise_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>

#include "k8snet/validation/ip.h"

namespace k8snet::server {
namespace {

// Whether an endpoint can have it: the rule is that of Endpoints.
bool Reachable(const std::string& address) {
  const field::Path path("address");
  field::ErrorList errors;
  validation::EndpointIp(address, path, errors);
  return errors.empty();
}

// Returns the address that the kernel would send from to a host far away. Nothing is sent.
template <typename Address>
std::optional<std::string> RouteSource(int family, const char* far_away, void* (*host)(Address&)) {
  const int socket = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return std::nullopt;
  }
  Address address{};
  constexpr std::uint16_t kDiscardPort = 9;
  std::array<char, INET6_ADDRSTRLEN> text{};
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  generic->sa_family = static_cast<sa_family_t>(family);
  reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(kDiscardPort);
  const bool found = inet_pton(family, far_away, host(address)) == 1 &&
                     connect(socket, generic, sizeof(address)) == 0 &&
                     getsockname(socket, generic, &size) == 0 &&
                     inet_ntop(family, host(address), text.data(), text.size()) != nullptr;
  close(socket);
  if (!found || !Reachable(text.data())) {
    return std::nullopt;
  }
  return std::string(text.data());
}

std::optional<std::string> OwnAddress(bool ipv6) {
  // Hosts of the ranges for documentation: nobody's, so that the default route counts.
  if (ipv6) {
    return RouteSource<sockaddr_in6>(AF_INET6, "2001:db8::1", [](sockaddr_in6& address) {
      return static_cast<void*>(&address.sin6_addr);
    });
  }
  return RouteSource<sockaddr_in>(AF_INET, "192.0.2.1", [](sockaddr_in& address) {
    return static_cast<void*>(&address.sin_addr);
  });
}

}  // namespace

std::string AdvertiseAddress(const std::string& bind_address, bool ipv6) {
  if (validation::ParseIp(bind_address) && Reachable(bind_address)) {
    return bind_address;
  }
  const std::optional<std::string> first = OwnAddress(ipv6);
  return first ? *first : OwnAddress(!ipv6).value_or("");
}

}  // namespace k8snet::server
