/// \file
/// Files that DuckDB makes are for their owner alone.
#pragma once

#include <sys/stat.h>

namespace planwise::duck {

/// Makes new files mode 0600 from the start, whatever the umask, while it lives. The umask is the whole process's, so
/// it is held only around the statements that may create a file (ATTACH, COMMIT, CHECKPOINT).
class PrivateUmask {
 public:
  PrivateUmask() : before_(::umask(0077)) {}
  ~PrivateUmask() { ::umask(before_); }
  PrivateUmask(const PrivateUmask&) = delete;
  PrivateUmask& operator=(const PrivateUmask&) = delete;

 private:
  mode_t before_;
};

}  // namespace planwise::duck
