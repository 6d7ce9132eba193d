/// \file
/// Files that are either complete or not there, names that stay in their folder, and reading with a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace planwise::core {

/// The whole file. Throws not_found, denied, io, or invalid_argument for a folder and for more than `limit_bytes`; the
/// limit is checked before memory is taken, and again while reading what has no size of its own (a pipe).
[[nodiscard]] std::string read_file(const std::filesystem::path& file, std::uint64_t limit_bytes);

enum class Overwrite { refuse, replace };

/// A new file that appears under its name when it is complete, and only then. Mode 0600.
///
///     core::NewFile file("report.json", core::Overwrite::refuse);
///     file.write(text);
///     file.commit();
///
/// Another library may write to temporary() instead of write(), before commit(). Not for several threads at once.
class NewFile {
 public:
  /// Makes the temporary file beside the target. Throws already_exists (unless `replace`), not_found for a missing
  /// folder, denied, io.
  NewFile(std::filesystem::path target, Overwrite overwrite);
  /// Removes the temporary file unless it was committed.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
  /// Bytes are buffered; a full disk may show here or in commit(), as io.
  void write(std::string_view bytes);
  /// Flushes to disk, gives the file its name and flushes the folder. Throws already_exists when somebody else took
  /// the name meanwhile. Returns the size in bytes.
  std::uint64_t commit();

 private:
  void flush();

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  std::string buffer_;
  Overwrite overwrite_;
  int descriptor_ = -1;
};

/// The same for a folder of files. Mode 0700, its files 0600. Existing content is replaced as a whole, and only when
/// it is flat and all of it has the file extensions of the new content, so that no foreign folder is emptied.
class NewFolder {
 public:
  NewFolder(std::filesystem::path target, Overwrite overwrite);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
  /// Where the files are to be written before commit().
  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
  /// As NewFile::commit(); returns the size of all files.
  std::uint64_t commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  Overwrite overwrite_;
};

/// A folder in the one for temporary files that nobody else can look into (0700), removed with all in it at the end.
class ScratchFolder {
 public:
  /// `purpose` stands in its name. Throws io and the like where none can be made.
  explicit ScratchFolder(std::string_view purpose);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A file name made from text of any origin: ASCII letters, digits, '.', '_' and '-' stay, each other character
/// becomes '_'. Never empty, never beginning with a dot, at most 120 bytes, so it cannot leave its folder.
[[nodiscard]] std::string file_name_from(std::string_view untrusted);

}  // namespace planwise::core
