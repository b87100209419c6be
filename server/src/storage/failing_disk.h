// A disk whose writes fail when a test says so, below SQLite.
#ifndef K8SNET_SRC_STORAGE_FAILING_DISK_H_
#define K8SNET_SRC_STORAGE_FAILING_DISK_H_

#include <new>

#include <sqlite3.h>

namespace k8snet::server {

// While one lives, it is under every database that is opened. One at a time; not thread-safe.
class FailingDisk {
 public:
  enum class Fault { kFull, kWrite, kSync };

  FailingDisk() : real_(sqlite3_vfs_find(nullptr)), failing_(*real_) {
    failing_.zName = "failing-disk";
    failing_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    failing_.pAppData = this;
    failing_.xOpen = &Open;
    sqlite3_vfs_register(&failing_, 1);
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&failing_);
    sqlite3_vfs_register(real_, 1);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // Lets writes (of kSync: syncs) fail after the next `good` ones, until Disarm.
  void Arm(Fault fault, int good) {
    armed_ = true;
    fault_ = fault;
    good_ = good;
  }
  void Disarm() { armed_ = false; }

 private:
  // The real file follows in memory.
  struct File {
    sqlite3_file base;
    FailingDisk* disk;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static File& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  // Returns the real file and its methods, to be called through.
  static sqlite3_file* Real(sqlite3_file* file) { return Of(file).real(); }

  bool Fails(bool sync) {
    if (!armed_ || sync != (fault_ == Fault::kSync)) {
      return false;
    }
    return good_-- <= 0;
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    auto* disk = static_cast<FailingDisk*>(vfs->pAppData);
    File& mine = *new (file) File{};
    mine.disk = disk;
    const int result = disk->real_->xOpen(disk->real_, name, mine.real(), flags, out_flags);
    mine.base.pMethods = result == SQLITE_OK ? &kMethods : nullptr;
    return result;
  }
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    FailingDisk& disk = *Of(file).disk;
    if (disk.Fails(false)) {
      return disk.fault_ == Fault::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    return Real(file)->pMethods->xWrite(Real(file), data, size, offset);
  }
  static int Sync(sqlite3_file* file, int flags) {
    return Of(file).disk->Fails(true) ? SQLITE_IOERR_FSYNC
                                      : Real(file)->pMethods->xSync(Real(file), flags);
  }

  // Version 1: no shared memory, which a store that one process owns does not need.
  static constexpr sqlite3_io_methods kMethods = {
      .iVersion = 1,
      .xClose = [](sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); },
      .xRead = [](sqlite3_file* f, void* to, int size,
                  sqlite3_int64 at) { return Real(f)->pMethods->xRead(Real(f), to, size, at); },
      .xWrite = &Write,
      .xTruncate = [](sqlite3_file* f,
                      sqlite3_int64 size) { return Real(f)->pMethods->xTruncate(Real(f), size); },
      .xSync = &Sync,
      .xFileSize = [](sqlite3_file* f,
                      sqlite3_int64* size) { return Real(f)->pMethods->xFileSize(Real(f), size); },
      .xLock = [](sqlite3_file* f, int lock) { return Real(f)->pMethods->xLock(Real(f), lock); },
      .xUnlock = [](sqlite3_file* f,
                    int lock) { return Real(f)->pMethods->xUnlock(Real(f), lock); },
      .xCheckReservedLock =
          [](sqlite3_file* f, int* held) {
            return Real(f)->pMethods->xCheckReservedLock(Real(f), held);
          },
      .xFileControl =
          [](sqlite3_file* f, int op, void* argument) {
            return Real(f)->pMethods->xFileControl(Real(f), op, argument);
          },
      .xSectorSize = [](sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); },
      .xDeviceCharacteristics =
          [](sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); },
  };

  sqlite3_vfs* const real_;
  sqlite3_vfs failing_;
  bool armed_ = false;
  Fault fault_ = Fault::kFull;
  int good_ = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SRC_STORAGE_FAILING_DISK_H_
