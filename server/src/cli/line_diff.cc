#include "src/cli/line_diff.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace k8snet::cli {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::ptrdiff_t kMaxChanges = 2000;
constexpr std::size_t kContext = 3;

Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// One line of the result.
struct Step {
  char sign = ' ';  // ' ', '-' or '+'.
  std::string_view line;
};

// Appends the steps from lines `a` to lines `b`.
void AppendSteps(std::span<const std::string_view> a, std::span<const std::string_view> b,
                 std::vector<Step>& steps) {
  const auto size_a = static_cast<std::ptrdiff_t>(a.size());
  const auto size_b = static_cast<std::ptrdiff_t>(b.size());
  const std::ptrdiff_t most = std::min(size_a + size_b, kMaxChanges);
  // reach[k + offset]: how far in `a` the diagonal k (a minus b) comes with the changes so far.
  const std::ptrdiff_t offset = most + 1;
  std::vector<std::ptrdiff_t> reach(static_cast<std::size_t>(2 * most + 3), 0);
  std::vector<std::vector<std::ptrdiff_t>> history;
  const auto at = [&](std::vector<std::ptrdiff_t>& values, std::ptrdiff_t k) -> std::ptrdiff_t& {
    return values[static_cast<std::size_t>(k + offset)];
  };
  std::ptrdiff_t changes = 0;
  bool done = false;
  for (; changes <= most && !done; ++changes) {
    history.push_back(reach);
    for (std::ptrdiff_t k = -changes; k <= changes; k += 2) {
      const bool down = k == -changes || (k != changes && at(reach, k - 1) < at(reach, k + 1));
      std::ptrdiff_t x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < size_a && x - k < size_b && x - k >= 0 &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) {
        ++x;
      }
      at(reach, k) = x;
      if (x >= size_a && x - k >= size_b) {
        done = true;
        break;
      }
    }
  }
  if (!done) {
    for (const std::string_view line : a) {
      steps.push_back({'-', line});
    }
    for (const std::string_view line : b) {
      steps.push_back({'+', line});
    }
    return;
  }
  std::vector<Step> reversed;
  std::ptrdiff_t x = size_a;
  std::ptrdiff_t y = size_b;
  for (std::ptrdiff_t d = changes - 1; d >= 0; --d) {
    std::vector<std::ptrdiff_t>& before = history[static_cast<std::size_t>(d)];
    const std::ptrdiff_t k = x - y;
    const bool down = k == -d || (k != d && at(before, k - 1) < at(before, k + 1));
    const std::ptrdiff_t from_k = down ? k + 1 : k - 1;
    const std::ptrdiff_t from_x = d == 0 ? 0 : at(before, from_k);
    const std::ptrdiff_t from_y = d == 0 ? 0 : from_x - from_k;
    while (x > from_x && y > from_y &&
           (d == 0 || x > from_x + (down ? 0 : 1) || y > from_y + (down ? 1 : 0))) {
      --x;
      --y;
      reversed.push_back({' ', a[static_cast<std::size_t>(x)]});
    }
    if (d == 0) {
      break;
    }
    if (down) {
      --y;
      reversed.push_back({'+', b[static_cast<std::size_t>(y)]});
    } else {
      --x;
      reversed.push_back({'-', a[static_cast<std::size_t>(x)]});
    }
  }
  steps.insert(steps.end(), reversed.rbegin(), reversed.rend());
}

// Returns all steps, what both begin and end with apart, which saves most of the work.
std::vector<Step> StepsOf(const Lines& a, const Lines& b) {
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) {
    ++head;
  }
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  std::vector<Step> steps;
  for (std::size_t i = 0; i < head; ++i) {
    steps.push_back({' ', a[i]});
  }
  AppendSteps(std::span(a).subspan(head, a.size() - head - tail),
              std::span(b).subspan(head, b.size() - head - tail), steps);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) {
    steps.push_back({' ', a[i]});
  }
  return steps;
}

std::string Range(std::size_t begin, std::size_t size) {
  return std::to_string(size == 0 ? begin : begin + 1) +
         (size == 1 ? "" : "," + std::to_string(size));
}

}  // namespace

std::string UnifiedDiff(std::string_view a, std::string_view b, const Paint& paint) {
  const Lines lines_a = Split(a);
  const Lines lines_b = Split(b);
  const std::vector<Step> steps = StepsOf(lines_a, lines_b);
  std::string out;
  std::size_t line_a = 0;  // Lines of each side before step i.
  std::size_t line_b = 0;
  std::size_t i = 0;
  while (i < steps.size()) {
    std::size_t change = i;
    while (change < steps.size() && steps[change].sign == ' ') {
      ++change;
    }
    if (change == steps.size()) {
      return out;
    }
    const std::size_t begin = std::max(i, change - std::min(change, kContext));
    line_a += begin - i;
    line_b += begin - i;
    // The hunk ends where more equal lines follow than two hunks have between them.
    std::size_t end = change;
    std::size_t equal = 0;
    while (end < steps.size() && equal <= 2 * kContext) {
      equal = steps[end].sign == ' ' ? equal + 1 : 0;
      ++end;
    }
    end -= equal > kContext ? equal - kContext : 0;
    std::string body;
    std::size_t size_a = 0;
    std::size_t size_b = 0;
    for (std::size_t j = begin; j < end; ++j) {
      const Step& step = steps[j];
      const std::string line = step.sign + Printable(step.line);
      body += (step.sign == '-'   ? paint.Red(line)
               : step.sign == '+' ? paint.Green(line)
                                  : line) +
              "\n";
      size_a += step.sign != '+' ? 1 : 0;
      size_b += step.sign != '-' ? 1 : 0;
    }
    out += paint.Cyan("@@ -" + Range(line_a, size_a) + " +" + Range(line_b, size_b) + " @@") +
           "\n" + body;
    line_a += size_a;
    line_b += size_b;
    i = end;
  }
  return out;
}

}  // namespace k8snet::cli
