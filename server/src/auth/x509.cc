#include <utility>

#include "src/auth/authenticator.h"

namespace k8snet::server {
namespace {

class X509Authenticator final : public Authenticator {
 public:
  explicit X509Authenticator(const Clock& clock) : clock_(clock) {}

  Result<std::optional<UserInfo>> Authenticate(const Request& request) override {
    if (!request.peer_certificate) {
      return std::optional<UserInfo>();
    }
    const PeerCertificate& certificate = *request.peer_certificate;
    if (!certificate.verified) {
      return Error(Reason::kUnauthorized, "x509: certificate signed by unknown authority");
    }
    const auto now = clock_.Now();
    if (now < certificate.not_before || now > certificate.not_after) {
      return Error(Reason::kUnauthorized, "x509: certificate has expired or is not yet valid");
    }
    if (certificate.common_name.empty()) {
      return std::optional<UserInfo>();
    }
    UserInfo user;
    user.name = certificate.common_name;
    user.groups = certificate.organizations;
    return std::optional<UserInfo>(std::move(user));
  }

 private:
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Authenticator> NewX509Authenticator(const Clock& clock) {
  return std::make_unique<X509Authenticator>(clock);
}

}  // namespace k8snet::server
