#include "src/negotiate/accept.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace k8snet::server {
namespace {

Request WithHeader(std::string name, std::string value) {
  Request request;
  request.headers.Add(std::move(name), std::move(value));
  return request;
}

// Says what is negotiated: "json", "yaml as=Table", "406".
std::string Negotiated(const std::string& accept, std::string_view query = "",
                       Offers offers = Offers::kDefault) {
  const auto output =
      NegotiateOutput(WithHeader("Accept", accept), Query(query), Endpoint::kObjects, offers);
  if (!output) {
    return "406";
  }
  std::string text = output->format == Format::kJson   ? "json"
                     : output->format == Format::kYaml ? "yaml"
                     : output->format == Format::kCbor ? "cbor"
                                                       : "protobuf";
  text += output->pretty ? " pretty" : "";
  text += output->transform == Transform::kTable          ? " as=Table"
          : output->transform == Transform::kMetadata     ? " as=Metadata"
          : output->transform == Transform::kMetadataList ? " as=List"
                                                          : "";
  return text;
}

TEST(NegotiateOutput, OffersCborBehindItsGate) {
  EXPECT_EQ(Negotiated("application/cbor"), "406");
  EXPECT_EQ(Negotiated("application/cbor", "", Offers::kCbor), "cbor");
  EXPECT_EQ(
      Negotiated("application/cbor;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "", Offers::kCbor),
      "cbor as=Metadata");
  EXPECT_EQ(Negotiated("application/cbor;as=Table;v=v1;g=meta.k8s.io", "", Offers::kCbor), "406");
  EXPECT_EQ(Negotiated("application/*", "", Offers::kCbor), "json");
  EXPECT_EQ(Negotiated("application/cbor-seq", "", Offers::kCbor), "406");
  EXPECT_FALSE(CheckRoutable("application/cbor", true));
  EXPECT_TRUE(CheckRoutable("application/cbor", false, Offers::kCbor));
  EXPECT_TRUE(CheckRoutable("application/cbor-seq", true, Offers::kCbor));
  const Status refused = CheckRoutable("application/cbor-seq", false, Offers::kCbor);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              ::testing::EndsWith("application/vnd.kubernetes.protobuf, application/cbor"));
  const Request request = WithHeader("Content-Type", "application/cbor");
  EXPECT_FALSE(NegotiateInput(request));
  const auto format = NegotiateInput(request, Offers::kCbor);
  ASSERT_TRUE(format);
  EXPECT_EQ(*format, Format::kCbor);
}

TEST(NegotiateOutput, ChoosesAsUpstreamDoes) {
  const struct {
    std::string accept;
    std::string_view output;
  } cases[] = {
      {"", "json"},
      {"*/*", "json"},
      {"application/*", "json"},
      {"application/yaml", "yaml"},
      {"application/json;q=0.1,application/yaml", "yaml"},
      {"application/yaml;q=0", "yaml"},
      {"text/html, application/vnd.kubernetes.protobuf;q=0.5", "protobuf"},
      {"text/html", "406"},
      {"application/json;pretty=1", "json pretty"},
      {"application/json;pretty=true", "json"},
      {"application/json;charset=utf-8", "json"},
      {"application/json;stream=watch", "json"},
      {"application/json;stream=other", "406"},
      {"application/json;as=Table;v=v1;g=meta.k8s.io", "json as=Table"},
      {"application/json;as=Table;v=v2;g=meta.k8s.io,application/yaml", "yaml"},
      {"application/json;as=Bogus;v=v1;g=meta.k8s.io", "406"},
      {"application/json;as=Table;g=meta.k8s.io", "406"},
      {"application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json", "json"},
      {"application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io,application/json",
       "json as=Metadata"},
      {"application/json,application/json;as=Table;v=v1;g=meta.k8s.io", "json"},
      {"application/json;q=x,application/yaml", "yaml"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.accept);
    EXPECT_EQ(Negotiated(c.accept), c.output);
  }
}

TEST(NegotiateOutput, IndentsForPeople) {
  const struct {
    std::string_view query;
    std::string agent;
    bool pretty;
  } cases[] = {
      {"", "", false},          {"", "curl/8", true},        {"", "Mozilla/5.0 x", true},
      {"pretty=1", "", true},   {"pretty=x", "curl", false}, {"pretty=false", "curl", false},
      {"pretty=", "curl", true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.query) + " " + c.agent);
    EXPECT_EQ(WantsPretty(WithHeader("User-Agent", c.agent), Query(c.query)), c.pretty);
  }
}

TEST(CheckRoutable, ComparesByLetter) {
  for (const std::string_view accept :
       {"", "application/json", "application/json;q=0", "text/html, */*"}) {
    SCOPED_TRACE(accept);
    EXPECT_TRUE(CheckRoutable(accept, false));
  }
  for (const std::string_view accept : {"application/*", "text/html", "Application/JSON"}) {
    SCOPED_TRACE(accept);
    EXPECT_FALSE(CheckRoutable(accept, false));
  }
  EXPECT_EQ(CheckRoutable("x", true).error().message,
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
            "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
            "application/vnd.kubernetes.protobuf;stream=watch");
}

TEST(NegotiateInput, ReadsTheMediaType) {
  const struct {
    std::string type;
    bool good;
  } cases[] = {
      {"application/json", true},
      {"Application/YAML; charset=utf-8", true},
      {"application/vnd.kubernetes.protobuf", true},
      {"application/json; a=\"x;y\"", true},
      {"", true},
      {"application/json; a", false},
      {"text/plain", false},
      {"application/*", false},
      {";", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.type);
    EXPECT_EQ(NegotiateInput(WithHeader("Content-Type", c.type)).has_value(), c.good);
  }
}

}  // namespace
}  // namespace k8snet::server
