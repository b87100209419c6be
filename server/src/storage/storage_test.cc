#include "k8snet/server/storage.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "k8snet/server/testing/fault_storage.h"
#include "k8snet/server/testing/storage_suite.h"

namespace k8snet::server {
namespace {

Result<std::unique_ptr<Storage>> OpenMemory(const std::string& /*directory*/,
                                            const StorageOptions& options) {
  return NewMemoryStorage(options);
}

Result<std::unique_ptr<Storage>> OpenSqlite(const std::string& directory,
                                            const StorageOptions& options) {
  return OpenSqliteStorage(directory + "/store.db", options);
}

// Wraps what `open` opens into a store that fails at random.
StorageFactory Faulty(const std::string& name, auto open) {
  return {name,
          [open](const std::string& directory,
                 const StorageOptions& options) -> Result<std::unique_ptr<Storage>> {
            K8SNET_ASSIGN_OR_RETURN(std::unique_ptr<Storage> storage, open(directory, options));
            return std::unique_ptr<Storage>(std::make_unique<testing::FaultStorage>(
                std::move(storage), testing::FaultOptions()));
          }};
}

const StorageFactory kMemory{"memory", OpenMemory};
const StorageFactory kSqlite{"sqlite", OpenSqlite};
const StorageFactory kFaultyMemory = Faulty("faulty_memory", OpenMemory);
const StorageFactory kFaultySqlite = Faulty("faulty_sqlite", OpenSqlite);

const auto kName = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Backends, StorageSuite,
                         ::testing::Values(kMemory, kSqlite, kFaultyMemory, kFaultySqlite), kName);
INSTANTIATE_TEST_SUITE_P(Backends, DurableStorageSuite, ::testing::Values(kSqlite, kFaultySqlite),
                         kName);

TEST(FaultStorageTest, FailuresComeAsOftenAsAskedAndReachNothing) {
  testing::FaultOptions options;
  options.failures_percent = 50;
  options.delays_percent = 0;
  testing::FaultStorage storage(NewMemoryStorage(), options);
  std::size_t observed = 0;
  ASSERT_TRUE(
      storage.Open([&](const std::vector<Record>& records) { observed += records.size(); }));
  std::size_t succeeded = 0;
  for (int i = 0; i < 1000; ++i) {
    succeeded +=
        storage.Commit({{"/registry/a/x", std::make_shared<const std::string>("v"), {}}}) ? 1U : 0U;
  }
  EXPECT_EQ(observed, succeeded);
  EXPECT_EQ(storage.failures(), 1000 - succeeded);
  EXPECT_GT(succeeded, 400U);
  EXPECT_LT(succeeded, 600U);
}

}  // namespace
}  // namespace k8snet::server
