#include "src/cli/files.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "src/descriptor.h"

namespace k8snet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{256} << 20U;

std::string SystemText(int code) { return std::generic_category().message(code); }

Error SystemError(int code) { return {Reason::kInternalError, SystemText(code)}; }

bool IsManifestName(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

// Looks through folders.
class Walker {
 public:
  explicit Walker(std::vector<Input>& inputs) : inputs_(inputs) {}

  void Walk(const std::string& folder, const std::string& relative) {
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0) {
      inputs_.push_back({folder, relative, SystemText(errno)});
      return;
    }
    if (!seen_.emplace(info.st_dev, info.st_ino).second) {
      return;
    }
    std::error_code code;
    std::vector<std::string> names;
    for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
      names.push_back(it->path().filename().string());
    }
    if (code) {
      inputs_.push_back({folder, relative, code.message()});
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      std::string path = folder;
      path += folder.ends_with('/') ? name : "/" + name;
      std::string below = relative.empty() ? name : relative + "/" + name;
      if (stat(path.c_str(), &info) != 0) {
        if (IsManifestName(name)) {
          inputs_.push_back({std::move(path), std::move(below), SystemText(errno)});
        }
      } else if (S_ISDIR(info.st_mode)) {
        if (name != ".git") {
          Walk(path, below);
        }
      } else if (S_ISREG(info.st_mode) && IsManifestName(name)) {
        inputs_.push_back({std::move(path), std::move(below), ""});
      }
    }
  }

 private:
  std::vector<Input>& inputs_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

std::string BaseName(const std::string& path) { return fs::path(path).filename().string(); }

// Adds what `path`, which exists, stands for.
void AddPath(const std::string& path, std::vector<Input>& inputs) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    Walker(inputs).Walk(path, "");
  } else {
    inputs.push_back({path, BaseName(path), ""});
  }
}

Status WriteBeside(const std::string& path, std::string_view text, mode_t mode,
                   const struct stat* owner) {
  std::string temporary = path + ".XXXXXX";
  const server::Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) {
    return SystemError(errno);
  }
  const auto fail = [&]() -> Status {
    const int code = errno;
    unlink(temporary.c_str());
    return SystemError(code);
  };
  if (!server::WriteAll(file.get(), text)) {
    return fail();
  }
  if (owner != nullptr && (owner->st_uid != geteuid() || owner->st_gid != getegid())) {
    // Only root may give files away; for others the file becomes their own.
    [[maybe_unused]] const int given = fchown(file.get(), owner->st_uid, owner->st_gid);
  }
  if (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), path.c_str()) != 0) {
    return fail();
  }
  return {};
}

// Shows on a terminal how far the work is, once it takes long.
class Progress {
 public:
  Progress(std::size_t count, std::FILE* err)
      : count_(count), err_(err), shown_on_(isatty(fileno(err)) == 1) {}

  void Done(std::size_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_on_ || now < next_) {
      return;
    }
    next_ = now + std::chrono::milliseconds(100);
    std::fprintf(err_, "\r\x1B[K%zu of %zu files", done, count_);
    std::fflush(err_);
    visible_ = true;
  }
  // Makes room for other output.
  void Clear() {
    if (visible_) {
      std::fputs("\r\x1B[K", err_);
      visible_ = false;
    }
  }

 private:
  const std::size_t count_;
  std::FILE* err_;
  const bool shown_on_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point next_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(1);
};

}  // namespace

Result<std::vector<Input>> ExpandInputs(const std::vector<std::string>& arguments,
                                        const Console& console) {
  std::vector<Input> inputs;
  if (arguments.empty()) {
    if (isatty(fileno(console.in)) == 1) {
      return Error(Reason::kInvalid, "name files or folders, or - for the standard input");
    }
    inputs.push_back({"-", "-", ""});
    return inputs;
  }
  for (const std::string& argument : arguments) {
    struct stat info {};
    if (argument == "-") {
      inputs.push_back({"-", "-", ""});
    } else if (stat(argument.c_str(), &info) == 0) {
      AddPath(argument, inputs);
    } else if (const int code = errno; argument.find_first_of("*?[") != std::string::npos) {
      glob_t found{};
      if (glob(argument.c_str(), 0, nullptr, &found) != 0) {
        globfree(&found);
        return Error(Reason::kInvalid, argument + ": no file has such a name");
      }
      for (std::size_t i = 0; i < found.gl_pathc; ++i) {
        AddPath(found.gl_pathv[i], inputs);
      }
      globfree(&found);
    } else {
      return Error(Reason::kInvalid, argument + ": " + SystemText(code));
    }
  }
  return inputs;
}

Result<std::string> ReadInput(const Input& input, const Console& console) {
  if (!input.error.empty()) {
    return Error(Reason::kInternalError, input.error);
  }
  const server::Descriptor opened(
      input.is_stdin() ? -1 : open(input.path.c_str(), O_RDONLY | O_CLOEXEC));
  const int file = input.is_stdin() ? fileno(console.in) : opened.get();
  if (file < 0) {
    return SystemError(errno);
  }
  struct stat info {};
  std::string content;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
    content.reserve(std::min(static_cast<std::size_t>(info.st_size), kMaxFile) + 1);
  }
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t size = read(file, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return SystemError(errno);
    }
    if (size == 0) {
      return content;
    }
    content.append(buffer.data(), static_cast<std::size_t>(size));
    if (content.size() > kMaxFile) {
      return Error(Reason::kInternalError, "the file is over 256 MiB");
    }
  }
}

Status ReplaceFile(const std::string& path, std::string_view text) {
  std::error_code code;
  const fs::path real = fs::canonical(path, code);
  if (code) {
    return Error(Reason::kInternalError, code.message());
  }
  struct stat info {};
  if (stat(real.c_str(), &info) != 0) {
    return SystemError(errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return Error(Reason::kInternalError, "it is no regular file, so it cannot be replaced");
  }
  return WriteBeside(real.string(), text, info.st_mode & 07777U, &info);
}

Status WriteNewFile(const std::string& path, std::string_view text) {
  std::error_code code;
  if (fs::exists(path, code)) {
    return ReplaceFile(path, text);
  }
  if (const fs::path folder = fs::path(path).parent_path(); !folder.empty()) {
    fs::create_directories(folder, code);
    if (code) {
      return Error(Reason::kInternalError, code.message());
    }
  }
  return WriteBeside(path, text, 0644, nullptr);
}

std::string Count(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

Status ForEach(std::size_t count, const Invocation& invocation, const Console& console,
               const std::function<Outcome(std::size_t index)>& work,
               const std::function<void(std::size_t index, Outcome outcome)>& take) {
  std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
  if (const std::string text = invocation.Value("jobs"); !text.empty()) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), jobs);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || jobs == 0) {
      return Error(Reason::kInvalid, "--jobs must be a number above 0, not " + text);
    }
  }
  constexpr std::size_t kMaxJobs = 256;
  // How far the threads may be ahead of what is printed.
  constexpr std::size_t kAhead = 1024;
  jobs = std::min({jobs, count, kMaxJobs});
  Progress progress(count, console.err);
  const auto finish = [&](std::size_t index, Outcome outcome) {
    if (!outcome.out.empty() || !outcome.err.empty()) {
      progress.Clear();
    }
    console.Err(outcome.err);
    take(index, std::move(outcome));
    progress.Done(index + 1);
  };
  if (jobs <= 1) {
    for (std::size_t i = 0; i < count; ++i) {
      finish(i, work(i));
    }
    progress.Clear();
    return {};
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::optional<Outcome>> outcomes(count);
  std::size_t next = 0;
  std::size_t taken = 0;
  std::vector<std::thread> threads;
  for (std::size_t job = 0; job < jobs; ++job) {
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      while (true) {
        changed.wait(lock, [&] { return next >= count || next < taken + kAhead; });
        if (next >= count) {
          return;
        }
        const std::size_t index = next++;
        lock.unlock();
        Outcome outcome = work(index);
        lock.lock();
        outcomes[index] = std::move(outcome);
        if (index == taken) {
          changed.notify_all();
        }
      }
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return outcomes[i].has_value(); });
    Outcome outcome = *std::move(outcomes[i]);
    outcomes[i].reset();
    taken = i + 1;
    lock.unlock();
    changed.notify_all();
    finish(i, std::move(outcome));
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  progress.Clear();
  return {};
}

Exit CheckFiles(std::string_view command, std::string_view good, std::string_view bad,
                const Invocation& invocation, const Console& console,
                const std::function<Outcome(const Input& input)>& check) {
  const auto inputs = ExpandInputs(invocation.Files(), console);
  if (!inputs) {
    return Refuse(command, inputs.error().message, console);
  }
  Outcome sum;
  const auto done = ForEach(
      inputs->size(), invocation, console,
      [&](std::size_t index) { return check((*inputs)[index]); },
      [&](std::size_t, const Outcome& outcome) {
        sum.found = sum.found || outcome.found;
        sum.documents += outcome.documents;
        sum.known += outcome.known;
        sum.changed += outcome.changed;
        console.Out(outcome.out);
      });
  if (!done) {
    return Refuse(command, done.error().message, console);
  }
  std::fflush(console.out);
  console.Err(Count(inputs->size(), "file") + ", " + Count(sum.documents, "object") + ": " +
              std::to_string(sum.known - sum.changed) + " " + std::string(good) + ", " +
              std::to_string(sum.changed) + " with " + std::string(bad) + ", " +
              std::to_string(sum.documents - sum.known) + " of other kinds\n");
  return sum.found ? Exit::kFindings : Exit::kClean;
}

}  // namespace k8snet::cli
