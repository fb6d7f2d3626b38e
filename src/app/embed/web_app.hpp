#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/call.hpp"

namespace daybook::app {

/// Serves the built web app: compressed forms where the browser takes them, ETags, long caching of files whose names
/// carry a hash, and the start page for every other path, which the app itself routes.
class WebApp {
 public:
  /// What a file's path gives; nullopt when there is no such file.
  using Source = std::function<std::optional<std::string>(const std::string& path)>;

  explicit WebApp(Source source, bool may_change = false) : source_(std::move(source)), may_change_(may_change) {}
  /// The files linked into the program.
  static WebApp embedded();
  /// Those of a folder, read again for each request.
  static WebApp from_folder(std::string folder);

  /// Nullopt for paths that are not the web app's (/api, /health …) and for methods other than GET and HEAD.
  std::optional<Reply> reply(const Call& call);

 private:
  struct File {
    std::shared_ptr<const std::string> bytes;
    std::string etag;
  };
  const File* find(const std::string& path);

  Source source_;
  bool may_change_;
  std::map<std::string, std::optional<File>> cache_;
};

}  // namespace daybook::app
