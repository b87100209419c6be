#include "src/auth/authorizer.h"

namespace k8snet::server {
namespace {

class AlwaysAllowAuthorizer final : public Authorizer {
 public:
  Result<Decision> Authorize(const UserInfo&, const RequestInfo&) override {
    return Decision{true, ""};
  }
};

}  // namespace

std::unique_ptr<Authorizer> NewAlwaysAllowAuthorizer() {
  return std::make_unique<AlwaysAllowAuthorizer>();
}

}  // namespace k8snet::server
