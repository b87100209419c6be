#include "src/cli/line_diff.h"

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace k8snet::cli {
namespace {

TEST(UnifiedDiff, ShowsChangesWithThreeLinesAround) {
  struct Case {
    const char* a;
    const char* b;
    const char* diff;
  };
  const Case cases[] = {
      {"a\nb\n", "a\nb\n", ""},
      {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
      {"a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"},
      {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
       "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
      {"a\n1\n2\n3\n4\n5\n6\n7\nb\n", "x\n1\n2\n3\n4\n5\n6\n7\ny\n",
       "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n"},
      {"a\n1\n2\n3\n4\n5\n6\nb\n", "x\n1\n2\n3\n4\n5\n6\ny\n",
       "@@ -1,8 +1,8 @@\n-a\n+x\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+y\n"},
      {"a\n\x1B[2J\n", "a\n", "@@ -1,2 +1 @@\n a\n-?[2J\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.a);
    EXPECT_EQ(UnifiedDiff(c.a, c.b, {}), c.diff);
  }
}

// Returns `a` with the hunks applied.
std::string Apply(const std::string& a, const std::string& diff) {
  std::vector<std::string> lines;
  std::istringstream text(a);
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line);
  }
  std::string out;
  std::size_t at = 0;
  std::istringstream hunks(diff);
  for (std::string line; std::getline(hunks, line);) {
    if (line.starts_with("@@ -")) {
      std::size_t begin = std::stoul(line.substr(4));
      const std::size_t comma = line.find(',');
      const bool none = comma < line.find('+') && line[comma + 1] == '0';
      begin -= none ? 0 : 1;
      while (at < begin) {
        out += lines[at++] + "\n";
      }
      continue;
    }
    if (line[0] != '+') {
      EXPECT_EQ(lines[at], line.substr(1));
      ++at;
    }
    if (line[0] != '-') {
      out += line.substr(1) + "\n";
    }
  }
  while (at < lines.size()) {
    out += lines[at++] + "\n";
  }
  return out;
}

TEST(UnifiedDiff, LeadsFromOneTextToTheOther) {
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    const auto text = [&] {
      std::string out;
      for (std::size_t n = random() % 30; n > 0; --n) {
        out += std::string(1, static_cast<char>('a' + random() % 5)) + "\n";
      }
      return out;
    };
    const std::string a = text();
    const std::string b = text();
    SCOPED_TRACE(a + "to\n" + b);
    EXPECT_EQ(Apply(a, UnifiedDiff(a, b, {})), b);
  }
}

TEST(UnifiedDiff, BoundsTheWork) {
  std::string a;
  std::string b;
  for (int i = 0; i < 20'000; ++i) {
    a += "a" + std::to_string(i) + "\n";
    b += "b" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(Apply(a, UnifiedDiff(a, b, {})), b);
}

}  // namespace
}  // namespace k8snet::cli
