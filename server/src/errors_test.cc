#include "src/errors.h"

#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

constexpr Resource kIngresses{
    .group = "networking.k8s.io", .version = "v1", .kind = "Ingress", .plural = "ingresses"};
constexpr Resource kServices{.group = "", .version = "v1", .kind = "Service", .plural = "services"};

TEST(Errors, AreWordedAsUpstreamWordsThem) {
  EXPECT_EQ(NotFound(kIngresses, "x").message, "ingresses.networking.k8s.io \"x\" not found");
  EXPECT_EQ(NotFound(kServices, "x").message, "services \"x\" not found");
  EXPECT_EQ(AlreadyExists(kIngresses, "x").message,
            "ingresses.networking.k8s.io \"x\" already exists");
  EXPECT_EQ(ModifiedConflict(kServices, "x").message,
            "Operation cannot be fulfilled on services \"x\": the object has been modified; please "
            "apply your changes to the latest version and try again");
  EXPECT_EQ(KindConflict(kIngresses, "x", "why").message,
            "Operation cannot be fulfilled on Ingress.networking.k8s.io \"x\": why");
  EXPECT_EQ(Forbidden(kServices, "", "why").message, "services is forbidden: why");
  EXPECT_EQ(InternalError("why").details->causes.front().message, "why");
}

TEST(Errors, NameTheResourceOrTheKindInTheirDetails) {
  EXPECT_EQ(NotFound(kIngresses, "x").details->kind, "ingresses");
  EXPECT_EQ(KindConflict(kIngresses, "x", "why").details->kind, "Ingress");
  EXPECT_EQ(NamespaceNotFound("x").details->kind, "namespaces");
}

TEST(Invalid, ListsEachFindingOnceAndEachCause) {
  const field::Path spec("spec");
  const field::Error required = field::Required(spec);
  const Error one = Invalid("Service", "", "x", {required});
  EXPECT_EQ(one.message, "Service \"x\" is invalid: spec: Required value");
  const Error more = Invalid("Ingress", "networking.k8s.io", "x",
                             {required, required, field::Forbidden(spec, "no")});
  EXPECT_EQ(more.message,
            "Ingress.networking.k8s.io \"x\" is invalid: [spec: Required value, spec: Forbidden: "
            "no]");
  ASSERT_EQ(more.details->causes.size(), 3U);
  EXPECT_EQ(more.details->causes[2], (Cause{"FieldValueForbidden", "Forbidden: no", "spec"}));
}

}  // namespace
}  // namespace k8snet::server
