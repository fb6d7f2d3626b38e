#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace daybook::app::kafka {

struct TopicPlan {
  std::string name;
  int partitions = 1;
  int replication = 1;
  std::map<std::string, std::string> settings;  ///< "retention.ms": …
};

struct Message {
  std::string topic;
  int partition = 0;
  std::int64_t offset = 0;
  std::chrono::milliseconds timestamp{};  ///< Since 1970.
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct GroupLag {
  std::string group, topic;
  int partition = 0;
  std::int64_t committed = -1;  ///< -1: nothing yet.
  std::int64_t end = 0;
  std::int64_t lag = 0;
};

struct TopicState {
  std::string name;
  int partitions = 0;
  std::int64_t messages = 0;  ///< Kept, over all partitions.
};

struct BrokerOptions {
  std::string brokers;  ///< "host:port,host:port"
  std::string ca_file;  ///< TLS where set.
  std::chrono::milliseconds timeout{10'000};
};

/// A Kafka cluster, as its operator sees it. Blocks; for the command line only, since services reach Kafka through
/// Dapr.
class Broker {
 public:
  /// Errors: misconfigured.
  static Result<std::unique_ptr<Broker>> connect(BrokerOptions options);
  virtual ~Broker() = default;

  /// Errors of all: unavailable, timeout.
  virtual Result<std::vector<TopicState>> topics() = 0;
  /// Makes those that are missing; gives their names. Errors besides: invalid_argument (what the broker refuses).
  virtual Result<std::vector<std::string>> create(const std::vector<TopicPlan>& topics) = 0;
  /// Of all groups, or of `group`.
  virtual Result<std::vector<GroupLag>> lag(const std::string& group) = 0;

  struct Read {
    std::vector<std::string> topics;
    std::int64_t last = -1;  ///< At most so many of the newest of each partition; -1: from the oldest.
    bool follow = false;     ///< Goes on when the end is reached.
  };
  /// Each message to `take` until it says false or all were read.
  virtual Result<> read(const Read& what, const std::function<bool(const Message&)>& take) = 0;
  /// Waits until all replicas in sync have it.
  virtual Result<> publish(const std::string& topic, const std::string& key, const std::string& value) = 0;
};

}  // namespace daybook::app::kafka
