#include "src/auth/authenticator.h"

namespace k8snet::server {
namespace {

class X509Authenticator final : public Authenticator {
 public:
  Result<std::optional<UserInfo>> Authenticate(const Request& request) override {
    if (!request.peer_certificate || request.peer_certificate->common_name.empty()) {
      return std::optional<UserInfo>();
    }
    UserInfo user;
    user.name = request.peer_certificate->common_name;
    user.groups = request.peer_certificate->organizations;
    return std::optional<UserInfo>(std::move(user));
  }
};

}  // namespace

std::unique_ptr<Authenticator> NewX509Authenticator() {
  return std::make_unique<X509Authenticator>();
}

}  // namespace k8snet::server
