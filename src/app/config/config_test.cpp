#include "app/config/config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace daybook::app {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() : dir_(std::filesystem::temp_directory_path() / ("daybook-config-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(dir_);
    environment_["HOME"] = "/home/someone";
    sources_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  ~ConfigTest() override { std::filesystem::remove_all(dir_); }

  void write_file(const std::string& text) {
    sources_.file = dir_ / "daybook.conf";
    std::ofstream(sources_.file) << text;
  }

  std::filesystem::path dir_;
  std::map<std::string, std::string> environment_;
  ConfigSources sources_;
};

TEST_F(ConfigTest, DefaultsAreThoseOfALaptop) {
  const auto loaded = load_config(sources_).value();
  EXPECT_EQ(loaded.config.listen_address, "127.0.0.1");
  EXPECT_EQ(loaded.config.listen_port, 8000);
  EXPECT_EQ(loaded.config.data_dir, "/home/someone/.local/share/daybook");
  EXPECT_EQ(loaded.sources.at("listen"), "default");
}

TEST_F(ConfigTest, OriginsAreReadOneByOne) {
  environment_["DAYBOOK_CORS_ORIGINS"] = "https://A.example, http://b.example:8080/";
  EXPECT_EQ(load_config(sources_).value().config.cors_origins, "https://a.example,http://b.example:8080");
  for (const auto* wrong : {"a.example", "https://a.example,,https://b.example", "*"}) {
    environment_["DAYBOOK_CORS_ORIGINS"] = wrong;
    EXPECT_FALSE(load_config(sources_)) << wrong;
  }
}

TEST_F(ConfigTest, CommandLineBeforeEnvironmentBeforeFile) {
  write_file("# ours\nlisten = 0.0.0.0:1\n max-series=7 \ndata = \"/srv/day book\"\n");
  environment_["DAYBOOK_LISTEN"] = "0.0.0.0:2";
  environment_["DAYBOOK_MAX_OPEN_TASKS"] = "12";
  sources_.flags["listen"] = "[::1]:3";
  const auto loaded = load_config(sources_).value();
  EXPECT_EQ(loaded.config.listen_address, "::1");
  EXPECT_EQ(loaded.config.listen_port, 3);
  EXPECT_EQ(loaded.config.max_series, 7);
  EXPECT_EQ(loaded.config.max_open_tasks, 12);
  EXPECT_EQ(loaded.config.data_dir, "/srv/day book");
  EXPECT_EQ(loaded.sources.at("listen"), "command line");
  EXPECT_EQ(loaded.sources.at("max-open-tasks"), "environment");
  EXPECT_EQ(loaded.sources.at("max-series"), "file");
}

// what is wrong shows at start, with where it stands and what is wanted.
TEST_F(ConfigTest, SaysWhichSettingIsWrongAndWhatIsWanted) {
  environment_["DAYBOOK_LISTEN"] = "8000";
  EXPECT_THAT(load_config(sources_).error().detail, AllOf(HasSubstr("DAYBOOK_LISTEN"), HasSubstr("127.0.0.1:8000")));
  environment_.erase("DAYBOOK_LISTEN");
  write_file("\nlog-level = loud\n");
  EXPECT_THAT(load_config(sources_).error().detail, AllOf(HasSubstr("log-level"), HasSubstr("debug, info")));
  for (const char* wrong : {"[ x]:8000", "example.org:80", ":80", "127.0.0.1", "127.0.0.1:65536"}) {
    write_file("listen = " + std::string(wrong) + "\n");
    EXPECT_THAT(load_config(sources_).error().detail, HasSubstr("an address and a port")) << wrong;
  }
  write_file("\nlisten-on = 1\n");
  EXPECT_THAT(load_config(sources_).error().detail, AllOf(HasSubstr("line 2"), HasSubstr("listen-on")));
  write_file("listen\n");
  EXPECT_THAT(load_config(sources_).error().detail, HasSubstr("name = value"));
  sources_.file = dir_ / "absent.conf";
  EXPECT_EQ(load_config(sources_).error().code, Errc::misconfigured);
}

// One who forgot --runtime would have a second whole system.
TEST_F(ConfigTest, RolesNeedASidecar) {
  sources_.flags = {{"roles", "tasks"}};
  EXPECT_THAT(load_config(sources_).error().detail, HasSubstr("--runtime dapr"));
  sources_.flags.emplace("runtime", "dapr");
  EXPECT_TRUE(load_config(sources_));
}

TEST_F(ConfigTest, WhatCannotWorkIsSaidAtTheStart) {
  sources_.flags = {{"database", "postgres://ann@db.example.org/daybook"}};
  EXPECT_THAT(load_config(sources_).error().detail, HasSubstr("--store postgres"));
  sources_.flags.emplace("store", "postgres");
  EXPECT_TRUE(load_config(sources_));
  for (const auto& [url, usable] : {std::pair{"http://mail.example.org", false},
                                    {"mail.example.org", false},
                                    {"smtp://mail.example.org:587", true},
                                    {"smtps://mail.example.org", true}}) {
    sources_.flags = {{"smtp-url", url}};
    EXPECT_EQ(load_config(sources_).has_value(), usable) << url;
  }
}

TEST_F(ConfigTest, NumbersKeepWithinTheirBounds) {
  for (auto value : {"0", "-1", "ten", "1e3", "99999999999"}) {
    sources_.flags = {{"max-series", value}};
    EXPECT_FALSE(load_config(sources_)) << value;
  }
}

TEST_F(ConfigTest, EverySettingReadsBackWhatItWrites) {
  const auto config = load_config(sources_).value().config;
  for (const auto& setting : settings()) {
    Config copy = config;
    ASSERT_TRUE(setting.set(copy, setting.get(config))) << setting.name;
    EXPECT_EQ(setting.get(copy), setting.get(config)) << setting.name;
  }
}

TEST_F(ConfigTest, AsksForAFolderWhereThereIsNoHome) {
  environment_.clear();
  EXPECT_THAT(load_config(sources_).error().detail, HasSubstr("--data"));
}

}  // namespace
}  // namespace daybook::app
