// Holds every #include against the table of docs/architecture.md: who may include whom.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace daybook {
namespace {

namespace fs = std::filesystem;

using ::testing::IsEmpty;
using ::testing::Not;

struct Include {
  std::string file;    ///< "services/tasks/routes.cpp", from src/.
  std::string target;  ///< "http/router.hpp"
};

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().generic_string(); }

/// Which of ours a file includes: quoted paths from src/. System headers stand in angle brackets.
std::vector<Include> includes_of_tree(const fs::path& src) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s+"([^"]+)")re");
  std::vector<Include> out;
  for (const auto& entry : fs::recursive_directory_iterator(src)) {
    if (entry.path().extension() != ".hpp" && entry.path().extension() != ".cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (std::smatch match; std::regex_search(line, match, kInclude))
        out.push_back({fs::relative(entry.path(), src).generic_string(), match[1]});
  }
  return out;
}

bool in_folder(const std::string& path, const std::string& folder) {
  return path.compare(0, folder.size() + 1, folder + "/") == 0;
}

/// The layers below the services: each with what it may include beside itself.
const std::map<std::string, std::vector<std::string>> kLayers = {
    {"core", {}},
    {"domain", {"core"}},
    {"language", {"core", "domain"}},
    {"telemetry", {"core"}},
    {"storage", {"core"}},
    {"http", {"core", "telemetry"}},
    {"runtime/embedded", {"core", "runtime", "storage", "telemetry"}},
    {"runtime/dapr", {"core", "runtime", "http", "telemetry"}},
    {"runtime/state", {"core", "runtime", "storage", "telemetry"}},
    {"runtime", {"core"}},
};

std::string layer_of(const std::string& file) {
  // The longer name first: runtime/embedded is not runtime.
  for (auto it = kLayers.rbegin(); it != kLayers.rend(); ++it)
    if (in_folder(file, it->first)) return it->first;
  return {};
}

bool is_test(const std::string& file) {
  return file.ends_with("_test.cpp") || file.find("/test_") != std::string::npos;
}

/// Whether a file of service `role` may include `target` of another folder.
bool service_may(const std::string& file, const std::string& role, const std::string& target) {
  const std::string name = fs::path(file).filename().generic_string();
  const std::string layer = layer_of(target);
  if (layer == "core" || layer == "domain" || layer == "language" || layer == "telemetry" || layer == "runtime")
    return true;
  if (in_folder(target, "services")) return target.ends_with("/client.hpp");
  if (is_test(file)) return layer != "";
  // Use cases and their port know neither SQL nor HTTP.
  const bool pure = name == "service.hpp" || name == "service.cpp" || name == "store.hpp" || name == "consumers.cpp";
  if (layer == "storage" || layer == "runtime/state") return !pure;
  if (layer == "http") {
    if (pure) return false;
    static const std::vector<std::string> kRoutes = {"http/router.hpp",       "http/query_reader.hpp",
                                                     "http/problem.hpp",      "http/authorize.hpp",
                                                     "http/request_head.hpp", "http/snapshot_route.hpp"};
    if (std::find(kRoutes.begin(), kRoutes.end(), target) != kRoutes.end()) return true;
    // The gateway holds the live connections; the notifier calls webhooks.
    return (role == "gateway" && target == "http/server.hpp") || target == "http/client.hpp";
  }
  return false;
}

bool may(const Include& include) {
  const auto& [file, target] = include;
  if (in_folder(file, "app")) return true;
  if (in_folder(file, "services")) {
    const std::string role = fs::path(folder_of(file)).lexically_relative("services").begin()->generic_string();
    return in_folder(target, "services/" + role) || service_may(file, role, target);
  }
  const std::string from = layer_of(file), to = layer_of(target);
  if (from.empty() || to.empty()) return false;
  if (from == to) return true;
  const auto& allowed = kLayers.at(from);
  return std::find(allowed.begin(), allowed.end(), to) != allowed.end();
}

TEST(Arrows, NoIncludeGoesAgainstTheTable) {
  const fs::path src = fs::path(DAYBOOK_SOURCE_DIR) / "src";
  const auto includes = includes_of_tree(src);
  ASSERT_THAT(includes, Not(IsEmpty()));
  for (const auto& include : includes) {
    if (!fs::exists(src / include.target))
      ADD_FAILURE() << include.file << " includes \"" << include.target << "\", which is not in src/";
    else if (!may(include))
      ADD_FAILURE() << include.file << " may not include " << include.target << " (docs/architecture.md)";
  }
}

TEST(Arrows, TheTableRefusesWhatItShould) {
  EXPECT_TRUE(may({"services/tasks/routes.cpp", "http/router.hpp"}));
  EXPECT_TRUE(may({"services/chat/service.cpp", "services/tasks/client.hpp"}));
  EXPECT_FALSE(may({"services/chat/service.cpp", "services/tasks/store.hpp"}));
  EXPECT_FALSE(may({"services/tasks/service.cpp", "storage/sqlite/database.hpp"}));
  EXPECT_FALSE(may({"services/tasks/service.cpp", "http/router.hpp"}));
  EXPECT_FALSE(may({"services/tasks/routes.cpp", "http/server.hpp"}));
  EXPECT_FALSE(may({"services/tasks/sql_store.cpp", "runtime/embedded/event_bus.hpp"}));
  EXPECT_FALSE(may({"domain/task.hpp", "http/router.hpp"}));
  EXPECT_FALSE(may({"core/json.hpp", "domain/task.hpp"}));
  EXPECT_FALSE(may({"runtime/event_bus.hpp", "storage/sqlite/database.hpp"}));
  EXPECT_FALSE(may({"language/lexer.cpp", "app/cli/cli.hpp"}));
}

}  // namespace
}  // namespace daybook
