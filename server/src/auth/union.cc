#include <algorithm>
#include <utility>

#include "src/auth/authenticator.h"

namespace k8snet::server {
namespace {

constexpr std::string_view kAuthenticated = "system:authenticated";
constexpr std::string_view kUnauthenticated = "system:unauthenticated";

class UnionAuthenticator final : public Authenticator {
 public:
  UnionAuthenticator(std::vector<std::unique_ptr<Authenticator>> authenticators, bool anonymous)
      : authenticators_(std::move(authenticators)), anonymous_(anonymous) {}

  Result<std::optional<UserInfo>> Authenticate(const Request& request) override {
    std::optional<Error> first_error;
    for (const auto& authenticator : authenticators_) {
      Result<std::optional<UserInfo>> user = authenticator->Authenticate(request);
      if (!user) {
        first_error = first_error ? first_error : std::move(user).error();
      } else if (*user) {
        AddAuthenticated(**user);
        return user;
      }
    }
    if (first_error) {
      return *first_error;
    }
    if (!anonymous_) {
      return std::optional<UserInfo>();
    }
    UserInfo user;
    user.name = "system:anonymous";
    user.groups = {std::string(kUnauthenticated)};
    return std::optional<UserInfo>(std::move(user));
  }

 private:
  static void AddAuthenticated(UserInfo& user) {
    const bool has_either =
        std::any_of(user.groups.begin(), user.groups.end(), [](const std::string& group) {
          return group == kAuthenticated || group == kUnauthenticated;
        });
    if (!has_either && user.name != "system:anonymous") {
      user.groups.emplace_back(kAuthenticated);
    }
  }

  const std::vector<std::unique_ptr<Authenticator>> authenticators_;
  const bool anonymous_;
};

}  // namespace

std::unique_ptr<Authenticator> NewUnionAuthenticator(
    std::vector<std::unique_ptr<Authenticator>> authenticators, bool anonymous) {
  return std::make_unique<UnionAuthenticator>(std::move(authenticators), anonymous);
}

}  // namespace k8snet::server
